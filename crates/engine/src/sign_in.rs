//! The door: who may try to sign in now. Failures make the next try wait, by account and by address.

use std::{net::IpAddr, time::Duration};

use tokio::sync::Mutex;

use crate::{
    Engine,
    clock::now_ms,
    error::{Error, Result},
};

/// Failures that are forgiven without a delay, and the longest delay. An account's delay stays short: otherwise anybody
/// could lock anybody out. An address's may grow: it is the guesser's own.
const ACCOUNT: Patience = Patience { free: 4, longest: Duration::from_mins(1) };
const ADDRESS: Patience = Patience { free: 15, longest: Duration::from_mins(15) };

/// Names longer than users can have are cut: they name nobody anyway.
const SUBJECT_CHARS: usize = 100;

struct Patience {
    free: u32,
    longest: Duration,
}

impl Patience {
    /// 1 s, 2 s, 4 s, … after the free failures.
    fn delay_ms(&self, failures: u32) -> i64 {
        let Some(over) = failures.checked_sub(self.free + 1) else { return 0 };
        let longest = self.longest.as_millis() as i64;
        1_000_i64.checked_shl(over.min(30)).map_or(longest, |delay| delay.min(longest))
    }
}

/// Lets tries in one after the other, so that a hundred at once do not all find the door open.
#[derive(Default)]
pub(crate) struct Door(Mutex<()>);

/// A try that was let in. It counts as a failure until [`Engine::forgive`] says otherwise.
pub(crate) struct Try {
    account: String,
    address: Option<String>,
}

impl Engine {
    /// Counts a try, or refuses it while account or address have to wait.
    pub(crate) async fn admit(&self, account: &str, address: Option<IpAddr>) -> Result<Try> {
        let account: String = account.to_lowercase().chars().take(SUBJECT_CHARS).collect();
        let admitted = Try { account: format!("account:{account}"), address: address.map(network) };
        let _one_at_a_time = self.inner.door.0.lock().await;
        let now = now_ms();
        for subject in admitted.subjects() {
            let blocked_until_ms = store::attempts::get(self.db(), subject).await?.blocked_until_ms;
            if blocked_until_ms > now {
                let retry_after_s = (blocked_until_ms - now).unsigned_abs().div_ceil(1_000);
                return Err(Error::Throttled { retry_after_s });
            }
        }
        store::attempts::record_failure(self.db(), &admitted.account, now, |failures| ACCOUNT.delay_ms(failures))
            .await?;
        if let Some(address) = &admitted.address {
            store::attempts::record_failure(self.db(), address, now, |failures| ADDRESS.delay_ms(failures)).await?;
        }
        Ok(admitted)
    }

    /// The try was good: nothing is held against the account. Of the address only this try is taken back: who has an
    /// account could go on guessing at others for ever.
    pub(crate) async fn forgive(&self, admitted: &Try) -> Result<()> {
        store::attempts::clear(self.db(), &admitted.account).await?;
        if let Some(address) = &admitted.address {
            store::attempts::take_back(self.db(), address).await?;
        }
        Ok(())
    }
}

impl Try {
    fn subjects(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.account.as_str()).chain(self.address.as_deref())
    }
}

/// One customer of IPv6 has at least a /64: the addresses in it count as one.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => format!("address:{v4}"),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("address:{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_their_bound() {
        let delays: Vec<_> = (1..=12).map(|failures| ACCOUNT.delay_ms(failures)).collect();
        assert_eq!(delays, [0, 0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
        assert_eq!(ADDRESS.delay_ms(u32::MAX), 900_000);
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_together() {
        assert_eq!(network("2001:db8:1:2:3::4".parse().unwrap()), network("2001:db8:1:2::9".parse().unwrap()));
        assert_eq!(network("::ffff:192.0.2.7".parse().unwrap()), "address:192.0.2.7");
    }
}
