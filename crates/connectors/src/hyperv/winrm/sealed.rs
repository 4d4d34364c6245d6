//! Sealed messages as they travel: `multipart/encrypted` with one signature and one encrypted body (\[MS-WSMV\] 2.2.9.1).
//!
//! It only takes apart and puts together; who sealed a message is the security context's to say.

/// Of a sealed request; the boundary is fixed by the protocol.
pub(super) const CONTENT_TYPE: &str =
    "multipart/encrypted;protocol=\"application/HTTP-SPNEGO-session-encrypted\";boundary=\"Encrypted Boundary\"";

const BOUNDARY: &[u8] = b"--Encrypted Boundary";
/// NTLM's signature has 16 bytes, Kerberos' up to 76.
const MAX_SIGNATURE: usize = 256;
const MAX_LINE: usize = 256;

/// What a sealed answer is made of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'b> {
    pub(super) signature: &'b [u8],
    pub(super) message: &'b [u8],
}

pub(super) fn write(signature: &[u8], message: &[u8]) -> Vec<u8> {
    let head = format!(
        "--Encrypted Boundary\r\n\
         \tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n\
         \tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={}\r\n\
         --Encrypted Boundary\r\n\
         \tContent-Type: application/octet-stream\r\n",
        message.len()
    );
    let mut body = head.into_bytes();
    body.extend_from_slice(&(signature.len() as u32).to_le_bytes());
    body.extend_from_slice(signature);
    body.extend_from_slice(message);
    body.extend_from_slice(b"--Encrypted Boundary--\r\n");
    body
}

/// Takes a sealed answer apart; `None` if it is not one. The encrypted part may hold any bytes, the boundary's as well, so its end
/// is found by the length that the head names.
pub(super) fn read(body: &[u8]) -> Option<Parts<'_>> {
    let mut rest = body;
    boundary(&mut rest)?;
    let mut length = None;
    loop {
        let line = line(&mut rest)?;
        if line.starts_with(BOUNDARY) {
            break;
        }
        let text = std::str::from_utf8(line).ok()?;
        if let Some((_, named)) = text.rsplit_once("Length=") {
            length = Some(named.trim().parse::<usize>().ok()?);
        }
    }
    while !line(&mut rest)?.ends_with(b"application/octet-stream") {}
    let (head, rest) = rest.split_at_checked(4)?;
    let signature_length = u32::from_le_bytes(head.try_into().ok()?) as usize;
    if signature_length > MAX_SIGNATURE {
        return None;
    }
    let (signature, rest) = rest.split_at_checked(signature_length)?;
    let (message, end) = rest.split_at_checked(length?)?;
    end.trim_ascii_start().starts_with(BOUNDARY).then_some(Parts { signature, message })
}

fn boundary(rest: &mut &[u8]) -> Option<()> {
    line(rest)?.starts_with(BOUNDARY).then_some(())
}

/// The next line, without the white space around it.
fn line<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let end = rest.iter().take(MAX_LINE).position(|byte| *byte == b'\n')?;
    let (line, after) = rest.split_at(end + 1);
    *rest = after;
    Some(line.trim_ascii())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_answer_of_windows_is_taken_apart() {
        let mut body = b"--Encrypted Boundary\r\nContent-Type: application/HTTP-SPNEGO-session-encrypted\r\nOriginalContent: type=application/soap+xml;charset=UTF-8;Length=3\r\n--Encrypted Boundary\r\nContent-Type: application/octet-stream\r\n".to_vec();
        body.extend_from_slice(&[2, 0, 0, 0, b's', b'g', 1, b'\n', 3]);
        body.extend_from_slice(b"--Encrypted Boundary--\r\n");
        assert_eq!(read(&body), Some(Parts { signature: b"sg", message: &[1, b'\n', 3] }));
        for cut in 0..body.len() - 4 {
            assert_eq!(read(&body[..cut]), None, "{cut}");
        }
    }

    #[test]
    fn an_encrypted_boundary_inside_the_message_is_no_end() {
        let message = b"x--Encrypted Boundary--\r\ny".to_vec();
        assert_eq!(read(&write(b"0123456789abcdef", &message)).unwrap().message, message);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(signature in prop::collection::vec(any::<u8>(), 0..64), message in prop::collection::vec(any::<u8>(), 0..4096)) {
            let body = write(&signature, &message);
            prop_assert_eq!(read(&body), Some(Parts { signature: &signature, message: &message }));
        }

        #[test]
        fn any_bytes_are_an_answer_or_none(mut body in prop::collection::vec(any::<u8>(), 0..512), at in 0..250_usize, with in any::<u8>()) {
            let _ = read(&body);
            body = write(&body, b"message");
            if let Some(byte) = body.get_mut(at) {
                *byte = with;
            }
            let _ = read(&body);
        }
    }
}
