//! Tokens of a host, right, changed and invented; and that none of them is logged.

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use sspi::Username;
use tracing::{Event, Metadata, Subscriber, span};

use super::*;

/// NTLM's challenge of a host in the domain LAB (\[MS-NLMP\] 2.2.1.2).
fn challenge() -> Vec<u8> {
    let name = [b'L', 0, b'A', 0, b'B', 0];
    let mut information = Vec::new();
    for (id, value) in [(2_u16, &name[..]), (1, &name[..]), (7, &[1, 2, 3, 4, 5, 6, 220, 1][..]), (0, &[][..])] {
        information.extend_from_slice(&id.to_le_bytes());
        information.extend_from_slice(&(value.len() as u16).to_le_bytes());
        information.extend_from_slice(value);
    }
    let field = |length: usize, offset: u32| {
        let length = (length as u16).to_le_bytes();
        [&length[..], &length[..], &offset.to_le_bytes()[..]].concat()
    };
    let mut message = b"NTLMSSP\0\x02\0\0\0".to_vec();
    message.extend(field(name.len(), 56));
    message.extend_from_slice(&0xe28a_8235_u32.to_le_bytes());
    message.extend_from_slice(&[0x11; 8]);
    message.extend_from_slice(&[0; 8]);
    message.extend(field(information.len(), 62));
    message.extend_from_slice(&[10, 0, 0x7c, 0x4f, 0, 0, 0, 15]);
    message.extend_from_slice(&name);
    message.extend(information);
    message
}

/// The same inside SPNEGO's `NegTokenResp`: incomplete, NTLM (RFC 4178, section 4.2.2).
fn wrapped(message: &[u8]) -> Vec<u8> {
    let tag = |tag: u8, inside: &[u8]| {
        let length = inside.len() as u8;
        let head = if length < 128 { vec![tag, length] } else { vec![tag, 0x81, length] };
        [head.as_slice(), inside].concat()
    };
    let state = tag(0xa0, &[0x0a, 1, 1]);
    let mechanism = tag(0xa1, &[6, 10, 0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10]);
    let token = tag(0xa2, &tag(4, message));
    tag(0xa1, &tag(0x30, &[state, mechanism, token].concat()))
}

async fn context(scheme: Scheme) -> Context {
    let identity = AuthIdentity { username: Username::parse("LAB\\reader").unwrap(), password: "x".to_owned().into() };
    let mut context = Context::new(scheme, identity, "hv1", Some(b"tls-server-end-point:x")).unwrap();
    assert!(!context.step(None).await.unwrap().is_empty());
    context
}

#[tokio::test]
async fn a_challenge_is_answered_with_the_account() {
    for (scheme, token) in [(Scheme::Ntlm, challenge()), (Scheme::Negotiate, wrapped(&challenge()))] {
        let mut context = context(scheme).await;
        let answer = context.step(Some(token)).await.unwrap();
        let name: Vec<u8> = "reader".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(answer.windows(name.len()).any(|part| part == name), "{scheme:?}");
        assert!(context.is_signed_in());
    }
}

#[tokio::test]
async fn what_one_side_seals_is_not_its_own_to_open() {
    let mut context = context(Scheme::Ntlm).await;
    context.step(Some(challenge())).await.unwrap();
    let mut message = b"<s:Envelope/>".to_vec();
    let signature = context.seal(&mut message).unwrap();
    assert_eq!((signature.len(), message.len()), (16, 13));
    assert_ne!(message, b"<s:Envelope/>");
    assert!(context.unseal(&signature, &message).is_err());
}

/// A log that takes everything.
static LINES: AtomicUsize = AtomicUsize::new(0);
struct Everything;

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        LINES.fetch_add(1, Ordering::Relaxed);
        span::Id::from_u64(1)
    }
    fn event(&self, _: &Event<'_>) {
        LINES.fetch_add(1, Ordering::Relaxed);
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[test]
fn nothing_of_it_reaches_a_log() {
    let sign_in = async {
        for (scheme, token) in [(Scheme::Ntlm, challenge()), (Scheme::Negotiate, wrapped(&challenge()))] {
            let mut context = context(scheme).await;
            context.step(Some(token)).await.unwrap();
            let signature = context.seal(&mut [0; 40]).unwrap();
            assert!(context.unseal(&signature, &[0; 40]).is_err());
        }
    };
    with_default(&Dispatch::new(Everything), || {
        futures::FutureExt::now_or_never(sign_in).unwrap();
        assert_eq!(LINES.load(Ordering::Relaxed), 0);
        tracing::trace!("the log works");
        assert_eq!(LINES.load(Ordering::Relaxed), 1);
    });
}

proptest! {
    #[test]
    fn any_token_is_answered_or_refused(at in any::<prop::sample::Index>(), with in any::<[u8; 4]>(), cut in any::<prop::sample::Index>(), noise in prop::collection::vec(any::<u8>(), 0..80)) {
        for (scheme, token) in [(Scheme::Ntlm, challenge()), (Scheme::Negotiate, wrapped(&challenge()))] {
            let mut changed = token.clone();
            let at = at.index(token.len() - 4);
            changed[at..at + 4].copy_from_slice(&with);
            for token in [changed, token[..cut.index(token.len())].to_vec(), noise.clone()] {
                // Nobody is asked for NTLM: it never waits.
                let take = async {
                    let mut context = context(scheme).await;
                    let _ = context.step(Some(token.clone())).await;
                    let _ = context.step(Some(token)).await;
                    let _ = context.unseal(&noise, &noise);
                };
                prop_assert!(futures::FutureExt::now_or_never(take).is_some());
            }
        }
    }
}
