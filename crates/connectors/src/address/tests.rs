use super::*;

fn read(typed: &str) -> String {
    Address::vsphere(typed).map_or_else(|error| error.to_string(), |address| address.to_string())
}

#[test]
fn every_usual_way_of_writing_an_address_works() {
    for (typed, expected) in [
        ("vc1.lab", "https://vc1.lab:443/sdk"),
        (" vc1.lab\t", "https://vc1.lab:443/sdk"),
        ("vc1:8443", "https://vc1:8443/sdk"),
        ("10.0.0.4", "https://10.0.0.4:443/sdk"),
        ("2001:db8::1", "https://[2001:db8::1]:443/sdk"),
        ("[2001:db8::1]:8989", "https://[2001:db8::1]:8989/sdk"),
        ("https://vc1.lab/sdk/", "https://vc1.lab:443/sdk"),
        ("https://vc1.lab/sdk/vimService?wsdl", "https://vc1.lab:443/sdk"),
        ("HTTPS://VC1.lab/ui/app/folder;nav=h/urn#x", "https://vc1.lab:443/sdk"),
        ("http://sim:8989", "http://sim:8989/sdk"),
        ("https://proxy.lab/vc1/sdk", "https://proxy.lab:443/vc1/sdk"),
        ("https://bücher.lab", "https://xn--bcher-kva.lab:443/sdk"),
    ] {
        assert_eq!(read(typed), expected, "{typed}");
    }
}

#[test]
fn what_is_no_address_is_refused() {
    for (typed, error) in [
        ("", AddressError::Empty),
        ("https://root:secret@vc1", AddressError::UserInfo),
        ("root@vc1", AddressError::UserInfo),
        ("ftp://vc1", AddressError::Scheme),
        ("two words", AddressError::Spaces),
        ("https://", AddressError::Malformed),
        ("vc1:99999", AddressError::Port),
        ("vc1:0", AddressError::Port),
        ("vc 1.lab", AddressError::Spaces),
        ("http://vc1:8443/s dk", AddressError::Spaces),
        ("http://vc1:443/sdk", AddressError::PlainToTls(443)),
    ] {
        assert_eq!(Address::vsphere(typed), Err(error), "{typed}");
    }
}

#[test]
fn neighbours_keep_the_proxy_prefix() {
    let address = Address::vsphere("https://proxy.lab/vc1/sdk").unwrap();
    assert_eq!(address.beside("/rest/x").as_str(), "https://proxy.lab/vc1/rest/x");
}

#[test]
fn hosts_of_hyper_v_are_found_at_the_ports_of_winrm() {
    for (typed, expected) in [
        ("hv1.lab", "https://hv1.lab:5986/wsman"),
        ("hv1.lab:5985", "http://hv1.lab:5985/wsman"),
        ("hv1:5986", "https://hv1:5986/wsman"),
        ("http://hv1.lab", "http://hv1.lab:5985/wsman"),
        ("https://hv1.lab/wsman", "https://hv1.lab:5986/wsman"),
        ("https://hv1.lab:443", "https://hv1.lab:443/wsman"),
        ("http://hv1.lab:80/", "http://hv1.lab:80/wsman"),
        ("fe80::1", "https://[fe80::1]:5986/wsman"),
        ("[fe80::1]:5985", "http://[fe80::1]:5985/wsman"),
        ("https://gate.lab/hv1/wsman?x#y", "https://gate.lab:5986/hv1/wsman"),
    ] {
        let address = Address::winrm(typed).map_or_else(|error| error.to_string(), |address| address.to_string());
        assert_eq!(address, expected, "{typed}");
    }
}

#[test]
fn the_api_of_zabbix_is_found_from_any_of_its_pages() {
    let one = |url: &str| vec![url.to_owned()];
    let either = |server: &str| vec![format!("{server}/api_jsonrpc.php"), format!("{server}/zabbix/api_jsonrpc.php")];
    for (typed, expected) in [
        ("z.lab", either("https://z.lab:443")),
        ("http://z.lab:8080/", either("http://z.lab:8080")),
        ("https://z.lab/index.php", either("https://z.lab:443")),
        ("https://z.lab/zabbix", one("https://z.lab:443/zabbix/api_jsonrpc.php")),
        ("https://z.lab/zabbix/", one("https://z.lab:443/zabbix/api_jsonrpc.php")),
        ("https://z.lab/m/zabbix.php?action=dashboard.view", one("https://z.lab:443/m/api_jsonrpc.php")),
        ("https://z.lab/api_jsonrpc.php", one("https://z.lab:443/api_jsonrpc.php")),
    ] {
        let places = Address::zabbix(typed).unwrap();
        assert_eq!(places.iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{typed}");
    }
    assert_eq!(Address::zabbix("u:p@z.lab"), Err(AddressError::UserInfo));
}
