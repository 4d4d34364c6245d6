//! The hosts and clusters that a source names: one, or several with commas or spaces between them.

use model::failure::{Failure, FailureKind};

use crate::address::{Address, AddressError};

/// Understands all of them, each as `Address::winrm` does; those that are written twice count once.
pub fn addresses(typed: &str) -> Result<Vec<Address>, AddressError> {
    let mut all: Vec<Address> = Vec::new();
    for one in typed.split([',', ';', ' ', '\t', '\n']).filter(|one| !one.is_empty()) {
        let address = Address::winrm(one)?;
        if !all.contains(&address) {
            all.push(address);
        }
    }
    if all.is_empty() { Err(AddressError::Empty) } else { Ok(all) }
}

pub(super) fn failure(error: AddressError) -> Failure {
    Failure::new(FailureKind::UnknownHost, error.to_string()).with_advice(
        "Type a host or a cluster (hv1.lab: https, port 5986), a name with a port (hv1.lab:5985) or a URL (http://hv1.lab); several with commas.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_hosts_are_read_from_one_line() {
        let read = |typed| addresses(typed).map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(read("hv1.lab"), Ok(vec!["https://hv1.lab:5986/wsman".to_owned()]));
        assert_eq!(
            read(" hvc1.lab, HV9.lab:5985;hvc1.lab "),
            Ok(vec!["https://hvc1.lab:5986/wsman".to_owned(), "http://hv9.lab:5985/wsman".to_owned()])
        );
        assert_eq!(read(" , "), Err(AddressError::Empty));
        assert_eq!(read("hv1, ftp://hv2"), Err(AddressError::Scheme));
    }
}
