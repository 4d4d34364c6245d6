//! The key distribution centers of Kerberos: where they are, and how they are asked. Only builds with the feature `kerberos` look
//! for one; the others sign in with NTLM.

use std::{io, time::Duration};

use sspi::{ErrorKind, NetworkProtocol, NetworkRequest, Username, UsernameParts, detect_kdc_url};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use url::Url;

/// Asking once, the connection included.
const QUESTION: Duration = Duration::from_secs(8);
/// A ticket with the groups of a large domain has some 60 kB.
const MAX_ANSWER_BYTES: usize = 1 << 20;

/// The center of the account's realm: what the environment (`SSPI_KDC_URL`) or `krb5.conf` names, else the domain's own name, at
/// which Active Directory's DNS lists the domain controllers. `None` for accounts that name no DNS domain: local ones and `LAB\\user`,
/// unless it is configured.
pub(super) fn of(account: &Username) -> Option<Url> {
    if !cfg!(feature = "kerberos") {
        return None;
    }
    let domain = match account.parts() {
        UsernameParts::UserPrincipalName(parts) => parts.suffix(),
        UsernameParts::DownLevelLogonName(parts) => parts.netbios_domain()?,
    };
    let by_name = || Url::parse(&format!("tcp://{domain}:88")).ok().filter(|_| domain.contains('.'));
    detect_kdc_url(&domain.to_uppercase()).or_else(by_name)
}

/// Sends a question over TCP and reads the answer, both with their length in front (RFC 4120, section 7.2.2).
pub(super) async fn ask(question: &NetworkRequest) -> sspi::Result<Vec<u8>> {
    let failed = |what: &str| sspi::Error::new(ErrorKind::NoAuthenticatingAuthority, what.to_owned());
    let host = question.url.host_str().filter(|_| question.protocol == NetworkProtocol::Tcp);
    let host = host.ok_or_else(|| failed("only key distribution centers at TCP addresses are asked"))?;
    let exchange = exchange(host, question.url.port().unwrap_or(88), &question.data);
    match timeout(QUESTION, exchange).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) => Err(failed("the key distribution center cannot be asked")),
        Err(_) => Err(failed("the key distribution center does not answer in time")),
    }
}

async fn exchange(host: &str, port: u16, question: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect((host, port)).await?;
    stream.write_all(question).await?;
    let length = stream.read_u32().await?;
    if length as usize > MAX_ANSWER_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut answer = length.to_be_bytes().to_vec();
    answer.resize(4 + length as usize, 0);
    stream.read_exact(&mut answer[4..]).await?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A center that answers every question with these bytes.
    async fn center(answer: &'static [u8]) -> NetworkRequest {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("tcp://{}", listener.local_addr().unwrap())).unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut question = [0; 6];
            stream.read_exact(&mut question).await.unwrap();
            stream.write_all(answer).await.unwrap();
        });
        NetworkRequest { protocol: NetworkProtocol::Tcp, url, data: vec![0, 0, 0, 2, 1, 2] }
    }

    #[tokio::test]
    async fn answers_are_read_with_their_length_and_bounded_by_it() {
        assert_eq!(ask(&center(&[0, 0, 0, 3, 7, 8, 9, 10]).await).await.unwrap(), [0, 0, 0, 3, 7, 8, 9]);
        for odd in [&[0, 0, 0, 3, 7][..], &[0, 0], &[0xff; 8]] {
            let refused = ask(&center(odd).await).await.unwrap_err();
            assert_eq!(refused.error_type, ErrorKind::NoAuthenticatingAuthority);
        }
        let elsewhere = NetworkRequest { protocol: NetworkProtocol::Https, ..center(&[]).await };
        assert!(ask(&elsewhere).await.is_err(), "nothing is asked over a proxy that a ticket names");
    }

    #[test]
    fn a_domain_is_its_own_center_where_kerberos_is_built_in() {
        let url = |account: &str| of(&Username::parse(account).unwrap()).map(|url| url.to_string());
        let expected = cfg!(feature = "kerberos").then_some("tcp://lab.example:88");
        assert_eq!(url("reader@lab.example").as_deref(), expected);
        assert_eq!(url("lab.example\\reader").as_deref(), expected);
        assert_eq!(url("LAB\\reader"), None);
        assert_eq!(url("reader"), None);
    }
}
