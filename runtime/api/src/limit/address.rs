//! Where a request comes from, behind proxies too.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::{HeaderMap, HeaderName};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Of an IPv6 address: what one customer of an internet provider has at least, so that its other half is free to choose.
const IPV6_PREFIX: u32 = 64;
const IPV6_BITS: u32 = 128;
/// IPv4 addresses are the last 32 bits of IPv6 addresses here.
const IPV4_OFFSET: u32 = 96;

/// An IPv4 address, or the /64 of an IPv6 address.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Network(u128);

/// Reverse proxies, by their networks: only what they say of `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<Cidr>);

#[derive(Clone, Copy, Debug)]
struct Cidr {
    bits: u128,
    prefix: u32,
}

impl TrustedProxies {
    /// Networks such as `10.0.0.0/8` and single addresses, with commas between them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let networks = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        networks.map(|part| Cidr::parse(part).ok_or_else(|| part.to_owned())).collect::<Result<_, _>>().map(Self)
    }

    /// The nearest address that is no proxy's: `X-Forwarded-For` read from its end, where each proxy adds whom it saw. What stands further left
    /// anybody can write there.
    pub(super) fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> Network {
        let mut client = peer.ip();
        if self.0.is_empty() {
            return Network::of(client);
        }
        let mut hops = headers.get_all(FORWARDED_FOR).into_iter().rev().flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','));
        while self.trusts(client)
            && let Some(hop) = hops.next()
            && let Some(address) = std::str::from_utf8(hop).ok().and_then(|hop| read(hop.trim()))
        {
            client = address;
        }
        Network::of(client)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        let bits = bits(address);
        self.0.iter().any(|cidr| (bits ^ cidr.bits).checked_shr(IPV6_BITS - cidr.prefix).unwrap_or(0) == 0)
    }
}

impl Cidr {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (width, offset) = if address.is_ipv4() { (32, IPV4_OFFSET) } else { (IPV6_BITS, 0) };
        let prefix = prefix.unwrap_or(width);
        (prefix <= width).then(|| Self { bits: bits(address), prefix: offset + prefix })
    }
}

impl Network {
    fn of(address: IpAddr) -> Self {
        let bits = bits(address);
        match address.to_canonical() {
            IpAddr::V4(_) => Self(bits),
            IpAddr::V6(_) => Self(bits >> (IPV6_BITS - IPV6_PREFIX) << (IPV6_BITS - IPV6_PREFIX)),
        }
    }

    /// A number that differs between neighbours.
    pub(super) fn spread(self) -> usize {
        let folded = (self.0 >> 64) ^ self.0;
        (folded ^ (folded >> 8)) as usize & 0xffff
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ipv6Addr::from(self.0).to_canonical().fmt(f)
    }
}

fn bits(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped().into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// Some proxies add the port.
fn read(hop: &str) -> Option<IpAddr> {
    hop.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn client(trusted: &str, peer: &str, forwarded: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(value));
        }
        TrustedProxies::parse(trusted).unwrap().client(SocketAddr::new(peer.parse().unwrap(), 1), &headers).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_says_for_whom_a_request_is() {
        assert_eq!(client("", "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(client("10.0.0.0/8", "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &[]), "10.1.2.3");
        // What the client itself wrote stands left of what the proxies saw.
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["1.1.1.1, 198.51.100.1, 10.9.9.9"]), "198.51.100.1");
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["1.1.1.1", "198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["unknown"]), "10.1.2.3");
        assert_eq!(client("10.1.2.3, ::1", "::1", &["[2001:db8:1:2:3::4]:443"]), "2001:db8:1:2::");
        assert_eq!(client("0.0.0.0/0", "10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        // An IPv4 address that a socket for both shows as IPv6.
        assert_eq!(client("10.0.0.0/8", "::ffff:10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("", "::ffff:203.0.113.9", &[]), "203.0.113.9");
    }

    #[test]
    fn a_network_is_named_as_networks_are() {
        for wrong in ["10.0.0.0/33", "10.0.0/8", "::/129", "proxy.example", "10.0.0.0/-1"] {
            assert_eq!(TrustedProxies::parse(wrong).unwrap_err(), wrong);
        }
        assert_eq!(TrustedProxies::parse(" 10.0.0.0/8 ,192.0.2.1,2001:db8::/32,").unwrap().0.len(), 3);
    }

    #[test]
    fn neighbours_in_one_ipv6_network_are_one() {
        assert_eq!(client("", "2001:db8:1:2::1", &[]), client("", "2001:db8:1:2:ffff::1", &[]));
        assert_ne!(client("", "2001:db8:1:2::1", &[]), client("", "2001:db8:1:3::1", &[]));
    }
}
