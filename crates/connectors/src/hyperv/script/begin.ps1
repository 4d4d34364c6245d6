# The beginning of what IROA runs on a Hyper-V host: how a section is printed, and who the host is.
#
# A script is put together from these files: begin, what is asked for, places and end. Nothing in any of them changes
# the host. Windows PowerShell 4 to 5.1 and PowerShell 7, Server 2012 R2 to 2025. ASCII only: it arrives through the
# standard input, which Windows decodes by the code page of the console. No here-strings: the text is sent without its
# comments and indentation. Each section is a line of JSON, {section, ok, data, error}, between two marks; a section
# that failed costs itself alone, "ok" with an error means that a part of it is missing.

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
# Windows PowerShell adds members to arrays that would be written as {"value":[],"Count":0}.
Remove-TypeData -TypeName System.Array -ErrorAction SilentlyContinue

$output = [Console]::OpenStandardOutput()
$utf8 = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
$script:sections = 0
$script:problems = @()

# Bytes, not text: whatever the code page of the console is, this is UTF-8.
function Write-Line($text) {
    $bytes = $utf8.GetBytes($text + "`n")
    $output.Write($bytes, 0, $bytes.Length)
}

function Text($value, $most = 4000) {
    if ($null -eq $value) { return $null }
    $text = [string]$value
    if ($text.Length -gt $most) { $text = $text.Substring(0, $most) }
    return $text
}

function Number($value) {
    if ($null -eq $value) { return $null }
    # Some counters are larger than a signed number of 64 bits can be.
    if ($value -gt [long]::MaxValue) { return $null }
    return [long]$value
}

function Flag($value) {
    if ($null -eq $value) { return $null }
    return [bool]$value
}

# An enumeration: its number, which never changes, and its name, which is not translated.
function Choice($value) {
    if ($null -eq $value) { return $null }
    $number = $null
    try { $number = [long]$value } catch { $number = $null }
    return @{ n = $number; t = [string]$value }
}

# UTC milliseconds since 1970. Hyper-V says "never" with the year 1 or 1601.
function Time($value) {
    if ($null -eq $value) { return $null }
    if ($value -isnot [DateTime]) { return [string]$value }
    if ($value.Year -lt 1971) { return $null }
    return [long][Math]::Floor(($value.ToUniversalTime().Ticks - 621355968000000000) / 10000)
}

function Span($value) {
    if ($null -eq $value) { return $null }
    if ($value -isnot [TimeSpan]) { return [string]$value }
    return [long][Math]::Floor($value.TotalMilliseconds)
}

function Identifier($value) {
    if ($null -eq $value) { return $null }
    return ([string]$value).ToLowerInvariant()
}

function Mac($value) {
    if (-not $value) { return $null }
    return ([string]$value) -replace '[^0-9A-Fa-f]', ''
}

function Explain($problem) {
    $text = [string]$problem.Exception.Message
    if (-not $text) { $text = [string]$problem }
    return (Text $text 1000)
}

# What a bulk cmdlet could not tell of single objects.
function Remember($errors) {
    foreach ($problem in $errors) {
        if ($script:problems.Count -lt 5) { $script:problems += Explain $problem }
    }
}

function Section($name, $isList, $body) {
    $script:problems = @()
    $section = @{ section = $name; ok = $true; data = $null; error = $null }
    try {
        if ($isList) { $section.data = @(& $body) } else { $section.data = & $body }
        if ($script:problems.Count) { $section.error = $script:problems -join ' | ' }
    } catch {
        $section.ok = $false
        $section.data = $null
        $section.error = Explain $_
    }
    try {
        $line = ConvertTo-Json -InputObject $section -Compress -Depth 8
    } catch {
        $line = ConvertTo-Json -InputObject @{ section = $name; ok = $false; data = $null; error = (Explain $_) } -Compress
    }
    $script:sections += 1
    Write-Line $line
}

# The cluster service is there and disabled until the computer joins a cluster.
$script:member = $false
try {
    $start = (Get-ItemProperty -Path 'HKLM:\SYSTEM\CurrentControlSet\Services\ClusSvc' -Name Start).Start
    $script:member = ($null -ne $start) -and ($start -ne 4)
} catch {
    $script:member = $false
}

Write-Line '<<<IROA-HYPERV 1>>>'

# Who asks, and what is there to be asked. Group names are translated, their identifiers are not.
Section 'access' $false {
    $me = [Security.Principal.WindowsIdentity]::GetCurrent()
    $groups = @(foreach ($group in $me.Groups) { $group.Value })
    $service = Get-Service -Name vmms -ErrorAction SilentlyContinue
    @{
        user = Text $me.Name
        powershell = Text $PSVersionTable.PSVersion
        language = Text (Get-Culture).Name
        administrator = $groups -contains 'S-1-5-32-544'
        hyperv_administrator = $groups -contains 'S-1-5-32-578'
        remote_management_user = $groups -contains 'S-1-5-32-580'
        hyperv_module = [bool](Get-Command -Name Get-VM -ErrorAction SilentlyContinue)
        hyperv_service = $(if ($service) { Choice $service.Status } else { $null })
        cluster_module = [bool](Get-Command -Name Get-Cluster -ErrorAction SilentlyContinue)
        cluster_member = $script:member
    }
}

Section 'host' $false {
    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    $name = [Net.Dns]::GetHostName()
    $domain = [Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().DomainName
    $revision = $null
    try {
        $revision = (Get-ItemProperty -Path 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion' -Name UBR).UBR
    } catch {
        $revision = $null
    }
    @{
        name = Text $name
        domain = Text $domain
        os = Text $system.Caption
        version = Text $system.Version
        build = Text $system.BuildNumber
        revision = Number $revision
        edition = Number $system.OperatingSystemSKU
        booted_ms = Time $system.LastBootUpTime
        now_ms = Time ([DateTime]::UtcNow)
        memory_bytes = Number ([long]$system.TotalVisibleMemorySize * 1024)
        memory_available_bytes = Number ([long]$system.FreePhysicalMemory * 1024)
    }
}

Section 'hardware' $false {
    $system = Get-CimInstance -ClassName Win32_ComputerSystem
    $product = Get-CimInstance -ClassName Win32_ComputerSystemProduct
    $processors = @(Get-CimInstance -ClassName Win32_Processor)
    @{
        vendor = Text $system.Manufacturer
        model = Text $system.Model
        memory_bytes = Number $system.TotalPhysicalMemory
        uuid = Identifier $product.UUID
        serial = Text $product.IdentifyingNumber
        cpu = Text $processors[0].Name
        cpu_mhz = Number $processors[0].MaxClockSpeed
        sockets = $processors.Count
        cores = Number ($processors | Measure-Object -Property NumberOfCores -Sum).Sum
        threads = Number ($processors | Measure-Object -Property NumberOfLogicalProcessors -Sum).Sum
    }
}
