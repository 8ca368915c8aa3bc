//! Where a request may go.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// The operator's rule. The default lets requests out to public https hosts only.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct EgressPolicy {
    /// Opens loopback and the private ranges (RFC 1918, fc00::/7), the names `localhost` and `*.internal`, and plain http, for development
    /// and closed networks. Metadata services, link-local and reserved ranges stay closed.
    pub allow_private_network: bool,
}

/// Why a request may not go there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Denied {
    /// Not https (or http, where that is open).
    #[error("its scheme is not allowed, use https")]
    Scheme,
    /// `user:password@host`: a way to make a URL look like another, and no place for credentials.
    #[error("it has a user name or password in the URL")]
    Userinfo,
    /// Nowhere to go.
    #[error("it has no host")]
    NoHost,
    /// A name that stands for the local network.
    #[error("the name belongs to the local network")]
    Name,
    /// The host's address, or every address that its name resolves to.
    #[error("it is not a public address")]
    Address,
    /// Where other protocols listen.
    #[error("its port belongs to another protocol")]
    Port,
    /// A function may only reach its provider and the hosts in its manifest.
    #[error("it is neither the provider's host nor declared in the function's egress")]
    Undeclared,
    /// https that ends in http would send in clear what was meant to be sealed.
    #[error("the redirect leaves https")]
    Downgrade,
}

/// A URL from text that a caller wrote. Stricter than the WHATWG parser, which forgives white space, tabs, line ends and backslashes: what
/// is forgiven here may be read otherwise elsewhere.
pub fn parse_url(text: &str) -> Option<Url> {
    if text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\') {
        return None;
    }
    Url::parse(text).ok()
}

impl EgressPolicy {
    /// Whether a socket may be opened to `address`.
    pub fn permits(self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.permits_v4(address),
            IpAddr::V6(address) => self.permits_v6(address),
        }
    }

    /// Everything that can be known about a URL without resolving its name. Must be asked before every hop.
    pub fn check_url(self, url: &Url) -> Result<(), Denied> {
        let scheme_fits = url.scheme() == "https" || (url.scheme() == "http" && self.allow_private_network);
        if !scheme_fits {
            return Err(Denied::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Denied::Userinfo);
        }
        if url.port().is_some_and(|port| PORTS_OF_OTHER_PROTOCOLS.contains(&port)) {
            return Err(Denied::Port);
        }
        match url.host().ok_or(Denied::NoHost)? {
            Host::Ipv4(address) if !self.permits_v4(address) => Err(Denied::Address),
            Host::Ipv6(address) if !self.permits_v6(address) => Err(Denied::Address),
            Host::Domain(name) => self.check_name(name),
            Host::Ipv4(_) | Host::Ipv6(_) => Ok(()),
        }
    }

    fn check_name(self, name: &str) -> Result<(), Denied> {
        // The parser has lower-cased it. A trailing dot means the same host.
        let name = name.trim_end_matches('.');
        let is_or_below = |suffix: &str| name == suffix || name.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'));
        let metadata = ["metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"];
        if name.is_empty() || metadata.into_iter().any(is_or_below) {
            return Err(Denied::Name);
        }
        let local = ["localhost", "internal"].into_iter().any(is_or_below);
        if local && !self.allow_private_network { Err(Denied::Name) } else { Ok(()) }
    }

    fn permits_v4(self, address: Ipv4Addr) -> bool {
        let [a, b, c, _] = address.octets();
        if address.is_loopback() || address.is_private() {
            return self.allow_private_network;
        }
        #[expect(clippy::match_same_arms, reason = "a table: one line for what belongs together")]
        let closed = match (a, b, c) {
            (0 | 224..=255, ..) => true,                 // "this network"; multicast, reserved, broadcast
            (100, 64..=127, _) | (169, 254, _) => true,  // carrier NAT (and Alibaba's metadata); link-local (and the others' metadata)
            (192, 0, 0 | 2) | (192, 88, 99) => true,     // protocol assignments, TEST-NET-1; 6to4 relay anycast
            (198, 18 | 19, _) | (198, 51, 100) => true,  // benchmarks; TEST-NET-2
            (203, 0, 113) => true,                       // TEST-NET-3
            (168, 63, 129) => address.octets()[3] == 16, // Azure's platform address, public in form only
            _ => false,
        };
        !closed
    }

    fn permits_v6(self, address: Ipv6Addr) -> bool {
        if let Some(embedded) = embedded_v4(address) {
            return self.permits_v4(embedded);
        }
        let segments = address.segments();
        if address.is_loopback() {
            return self.allow_private_network;
        }
        if address.is_unique_local() {
            // fd00:ec2::/32 is where AWS has its metadata service.
            return self.allow_private_network && segments[..2] != [0xfd00, 0x0ec2];
        }
        // Only 2000::/3 is handed out for the public internet (RFC 4291, 2.4), which leaves out ::, fe80::/10, ff00::/8, 100::/64,
        // 64:ff9b:1::/48 and 5f00::/16. Within it: protocol assignments and Teredo, documentation, 6to4.
        let handed_out = segments[0] & 0xe000 == 0x2000;
        let special = (segments[0] == 0x2001 && segments[1] < 0x0200)
            || segments[..2] == [0x2001, 0x0db8]
            || segments[0] == 0x2002
            || (segments[0] == 0x3fff && segments[1] < 0x1000);
        handed_out && !special
    }
}

/// The IPv4 host that an address really means: v4-mapped (`::ffff:0:0/96`) and NAT64 (`64:ff9b::/96`, RFC 6052), which networks without
/// IPv4 answer for every public name.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let nat64 = segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0];
    let low = || Ipv4Addr::from(((u32::from(segments[6])) << 16) | u32::from(segments[7]));
    address.to_ipv4_mapped().or_else(|| nat64.then(low))
}

/// The list of "bad ports" of the WHATWG Fetch standard: line protocols (mail, IRC, FTP, ...) that could take an HTTP request for commands.
/// Other ports are open: providers that people host themselves listen anywhere.
const PORTS_OF_OTHER_PROTOCOLS: &[u16] = &[
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115,
    117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601,
    636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
    10080,
];

#[cfg(test)]
mod tests;
