//! What the form says for each kind of source: which address, which account.

use model::source::SourceKind;

pub(super) struct Wording {
    pub(super) line: &'static str,
    pub(super) address: &'static str,
    pub(super) user: &'static str,
    pub(super) password: &'static str,
}

const ANY_CHARACTER: &str = "Every character counts, spaces at the ends included.";

pub(super) const fn of(kind: SourceKind) -> Wording {
    match kind {
        SourceKind::Hyperv => Wording {
            line: "A Hyper-V host, or a failover cluster by its name or any of its nodes. IROA only reads.",
            address: "hv1.example or http://hv1.example:5985; several with commas between them. Without a port: https on 5986.",
            user: "DOMAIN\\user, user@domain or a local user; a member of Hyper-V Administrators and of Remote Management Users.",
            password: ANY_CHARACTER,
        },
        SourceKind::Prometheus => Wording {
            line: "A Prometheus server, or one that speaks its API. IROA only asks; history is taken over on the first read.",
            address: "prometheus.example:9090 or https://monitoring.example/prometheus",
            user: "For Basic authentication. Empty: the password is a Bearer token.",
            password: "Empty where nothing guards the server.",
        },
        SourceKind::Zabbix => Wording {
            line: "A Zabbix server, 5.0 or newer, by its API. IROA only asks.",
            address: "zabbix.example or https://monitoring.example/zabbix",
            user: "A user that may read the host groups. Empty: the password is an API token (5.4 and newer).",
            password: ANY_CHARACTER,
        },
        SourceKind::Vcenter => Wording {
            line: "A vCenter or an ESXi host. IROA only reads; nothing is ever changed on it.",
            address: "vcenter.example, 10.0.0.5:8443 or https://vcenter.example/sdk",
            user: "A read-only account suffices: the role Read-only on the top object, propagated. For example iroa@vsphere.local.",
            password: ANY_CHARACTER,
        },
    }
}
