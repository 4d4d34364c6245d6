//! Kerberos against MIT's key distribution center and the peer with MIT's library: a realm of its own, started here.
//!
//! `cargo nextest run -p connectors --features kerberos kerberos`.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use connectors::{
    address::Address,
    hyperv::winrm::{Account, Auth, Target},
};
use model::source::TlsMode;
use tempfile::TempDir;

use crate::{
    vcsim::required,
    winrm::run,
    winrm_peer::{WinRmPeer, set_up},
};

const REALM: &str = "LAB.EXAMPLE";
const PASSWORD: &str = "Of-the-realm-1";

struct Realm {
    center: Child,
    folder: TempDir,
}

impl Realm {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let path = |name: &str| folder.path().join(name).display().to_string();
        fs::write(
            path("krb5.conf"),
            format!(
                "[libdefaults]\n  default_realm = {REALM}\n  dns_lookup_kdc = false\n  dns_canonicalize_hostname = false\n  rdns = false\n\
                 [realms]\n  {REALM} = {{\n    kdc = 127.0.0.1:{port}\n  }}\n[domain_realm]\n  localhost = {REALM}\n"
            ),
        )
        .unwrap();
        fs::write(
            path("kdc.conf"),
            format!(
                "[realms]\n  {REALM} = {{\n    database_name = {}\n    key_stash_file = {}\n    kdc_listen = 127.0.0.1:{port}\n\
                 kdc_tcp_listen = 127.0.0.1:{port}\n    supported_enctypes = aes256-cts:normal\n    default_principal_flags = +preauth\n  }}\n",
                path("principals"),
                path("stash")
            ),
        )
        .unwrap();
        let tool = |program: &str, arguments: &[&str]| {
            let mut command = Command::new(program);
            command.env("KRB5_CONFIG", path("krb5.conf")).env("KRB5_KDC_PROFILE", path("kdc.conf"));
            command.args(arguments).stdout(Stdio::null());
            command
        };
        let done = |program: &str, arguments: &[&str]| assert!(tool(program, arguments).status().unwrap().success());
        done("/usr/sbin/kdb5_util", &["create", "-s", "-r", REALM, "-P", "of the database"]);
        for query in [
            format!("addprinc -pw {PASSWORD} tester"),
            // Active Directory finds the account of a user principal name; MIT's center wants it as a principal.
            format!("addprinc -pw {PASSWORD} tester\\@lab.example"),
            "addprinc -randkey HTTP/localhost".to_owned(),
            format!("ktadd -k {} HTTP/localhost", path("keytab")),
        ] {
            done("/usr/sbin/kadmin.local", &["-r", REALM, "-q", &query]);
        }
        let center = tool("/usr/sbin/krb5kdc", &["-n", "-r", REALM]).stderr(Stdio::null()).spawn().unwrap();
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the key distribution center did not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { center, folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn peer(&self, python: &Path, is_tls: bool) -> WinRmPeer {
        let (config, keytab) = (self.file("krb5.conf"), self.file("keytab"));
        let environment = [("KRB5_CONFIG", config.as_path()), ("KRB5_KTNAME", keytab.as_path())];
        WinRmPeer::start(python, is_tls, &[], None, &environment)
    }

    /// Runs `client` below in a process that knows the realm. Yields what it ends with.
    fn client(&self, peer: &WinRmPeer, user: &str, password: &str) -> String {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "winrm_kerberos::client", "--ignored", "--nocapture"]);
        command
            .env("KRB5_CONFIG", self.file("krb5.conf"))
            .env("IROA_TEST_USER", user)
            .env("IROA_TEST_PASSWORD", password);
        command.env("IROA_TEST_ADDRESS", peer.address().replace("127.0.0.1", "localhost"));
        if let TlsMode::Authority { pem } = peer.tls() {
            command.env("IROA_TEST_AUTHORITY", pem);
        }
        let output = String::from_utf8(command.output().unwrap().stdout).unwrap();
        output.lines().find_map(|line| line.split_once("client: ")).unwrap_or_else(|| panic!("{output}")).1.to_owned()
    }
}

impl Drop for Realm {
    fn drop(&mut self) {
        let _ = self.center.kill();
        let _ = self.center.wait();
    }
}

/// Not a test of its own: the other half of those below, in a process with another environment.
#[tokio::test]
#[ignore = "started by the tests below"]
async fn client() {
    let setting = |name: &str| std::env::var(name).unwrap();
    let target = Target {
        address: Address::winrm(&setting("IROA_TEST_ADDRESS")).unwrap(),
        account: Account::parse(&setting("IROA_TEST_USER")),
        password: setting("IROA_TEST_PASSWORD").into(),
        tls: std::env::var("IROA_TEST_AUTHORITY").map_or(TlsMode::System, |pem| TlsMode::Authority { pem }),
        auth: Auth::Offered,
    };
    match run(&target, &"long ".repeat(100), b"").await {
        Ok(output) => println!("\nclient: {}", String::from_utf8(output.stdout).unwrap().trim()),
        Err(failure) => println!("\nclient: {:?} {}", failure.kind, failure.detail),
    }
}

#[test]
fn kerberos_signs_in_and_seals() {
    let Some(python) = set_up("setup_kerberos.sh") else { return required("Kerberos peer") };
    let realm = Realm::start();
    for is_tls in [false, true] {
        for user in ["LAB.EXAMPLE\\tester", "tester@lab.example"] {
            let peer = realm.peer(&python, is_tls);
            let said = realm.client(&peer, user, PASSWORD);
            let journal = peer.journal();
            assert_eq!(said, format!("ran: {}", "long ".repeat(100)).trim(), "{user}: {journal:?}");
            assert!(journal.iter().any(|line| line.ends_with("Negotiate spnego kerberos")), "{journal:?}");
            assert_eq!((peer.count("plaintext"), peer.count("Delete")), (0, 1), "{journal:?}");
        }
        let peer = realm.peer(&python, is_tls);
        let failure = realm.client(&peer, "tester@lab.example", "wrong");
        assert!(failure.starts_with("Unauthorized") && failure.contains("user or the password"), "{failure}");
    }
}

/// Local accounts are none of the realm's.
#[test]
fn accounts_without_a_domain_sign_in_with_ntlm() {
    let Some(python) = set_up("setup_kerberos.sh") else { return required("Kerberos peer") };
    let realm = Realm::start();
    let peer = realm.peer(&python, false);
    assert_eq!(
        realm.client(&peer, crate::winrm_peer::LOCAL.0, crate::winrm_peer::LOCAL.1),
        format!("ran: {}", "long ".repeat(100)).trim()
    );
    let journal = peer.journal();
    assert!(journal.iter().any(|line| line.ends_with("Negotiate spnego ntlm")), "{journal:?}");
}
