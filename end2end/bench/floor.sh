#!/usr/bin/env bash
# The floor for every client of a vCenter: curl replays the retrievals that IROA makes and throws the answers away.
# What it takes is the server's own time. usage: floor.sh PORT; prints one JSON line.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
url=https://127.0.0.1:$1/sdk
cookies=$(mktemp)
trap 'rm -f "$cookies"' EXIT

call() { # BODY [CURL OPTION…]
  local body=$1
  shift
  printf '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>%s</soapenv:Body></soapenv:Envelope>' "$body" |
    curl --silent --show-error --insecure --cookie "$cookies" --cookie-jar "$cookies" --header 'Content-Type: text/xml' \
      --header 'SOAPAction: "urn:vim25/6.5"' --data-binary @- "$@" "$url"
}

login='<Login xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this><userName>admin</userName><password>secret</password></Login>'
call "$login" --output /dev/null

# One retrieval for each block of properties.txt, as IROA does; what is timed is the answers' way from first byte to last and the wait for it.
retrieve() {
  local view
  view=$(call "<CreateContainerView xmlns=\"urn:vim25\"><_this type=\"ViewManager\">ViewManager</_this><container type=\"Folder\">group-d1</container>$types<recursive>true</recursive></CreateContainerView>" |
    grep -oE '<returnval[^>]*>[^<]*' | sed 's/.*>//')
  call "<RetrievePropertiesEx xmlns=\"urn:vim25\"><_this type=\"PropertyCollector\">propertyCollector</_this><specSet>$properties<objectSet><obj type=\"ContainerView\">$view</obj><skip>true</skip><selectSet xsi:type=\"TraversalSpec\"><type>ContainerView</type><path>view</path></selectSet></objectSet></specSet><options/></RetrievePropertiesEx>" \
    --output /dev/null --write-out '%{time_total} %{size_download} %{http_code}\n'
  types='' properties=''
}

types='' properties=''
{
  while read -r type paths; do
    if [ -z "$type" ]; then
      retrieve
      continue
    fi
    types+="<type>$type</type>"
    properties+="<propSet><type>$type</type>"
    for path in $paths; do properties+="<pathSet>$path</pathSet>"; done
    properties+='</propSet>'
  done < <(grep -v '^#' "$here/properties.txt")
  retrieve
} | awk '{ wall += $1; bytes += $2; if ($3 != 200) bad++ } END { printf "{\"wall_s\":%f,\"bytes\":%d,\"requests\":%d,\"refused\":%d}\n", wall, bytes, NR, bad }'

call '<Logout xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this></Logout>' --output /dev/null
