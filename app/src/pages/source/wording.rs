//! What the form says for each kind of source: which address, which account.

use model::source::SourceKind;

pub(super) struct Wording {
    pub(super) line: &'static str,
    pub(super) address: &'static str,
    pub(super) user: &'static str,
}

pub(super) const fn of(kind: SourceKind) -> Wording {
    match kind {
        SourceKind::Hyperv => Wording {
            line: "A Hyper-V host, or a failover cluster by its name or any of its nodes. IROA only reads.",
            address: "hv1.example or http://hv1.example:5985; several with commas between them. Without a port: https on 5986.",
            user: "DOMAIN\\user, user@domain or a local user; a member of Hyper-V Administrators and of Remote Management Users.",
        },
        SourceKind::Vcenter | SourceKind::Prometheus | SourceKind::Zabbix => Wording {
            line: "A vCenter or an ESXi host. IROA only reads; nothing is ever changed on it.",
            address: "vcenter.example, 10.0.0.5:8443 or https://vcenter.example/sdk",
            user: "A read-only account suffices: the role Read-only on the top object, propagated. For example iroa@vsphere.local.",
        },
    }
}
