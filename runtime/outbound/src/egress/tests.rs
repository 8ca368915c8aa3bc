use super::*;

const CLOSED: EgressPolicy = EgressPolicy { allow_private_network: false };
const OPEN: EgressPolicy = EgressPolicy { allow_private_network: true };

fn refused(policy: EgressPolicy, url: &str) -> bool {
    parse_url(url).is_none_or(|url| policy.check_url(&url).is_err())
}

/// P1
#[test]
fn the_first_and_last_address_of_every_blocked_range_is_refused() {
    let blocked = "0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.0 127.255.255.255 169.254.0.0 \
        169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.255 192.0.2.0 192.0.2.255 192.88.99.0 192.88.99.255 \
        192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255 224.0.0.0 \
        239.255.255.255 240.0.0.0 255.255.255.255 168.63.129.16 100.100.100.200 \
        :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:a9fe:a9fe 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1:: 64:ff9b:1:ffff:ffff:ffff:808:808 100::1 \
        2001::1 2001:1ff:ffff::1 2001:db8::1 2002:7f00:1::1 2002:808:808::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fdff:ffff::1 fe80::1 \
        febf::1 fec0::1 ff00::1 ff02::1 4000::1";
    for address in blocked.split_whitespace() {
        assert!(!CLOSED.permits(address.parse().unwrap()), "{address}");
    }
    let public = "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0 \
        172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 168.63.129.17 \
        ::ffff:8.8.8.8 64:ff9b::808:808 2001:4860:4860::8888 2001:200::1 2003::1 2606:4700::1111 3ffe::1";
    for address in public.split_whitespace() {
        assert!(CLOSED.permits(address.parse().unwrap()), "{address}");
    }
}

/// P1
#[test]
fn every_spelling_of_a_private_host_is_refused() {
    let urls = [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://127.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://127.0.0.1./",
        "https://127。0。0。1/",
        "https://127.0.0.1/",
        "https://%31%32%37.0.0.1/",
        "https://①②⑦.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[0:0:0:0:0:ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://0/",
        "https://0.0.0.0/",
        "https://[::]/",
        "https://localhost/",
        "https://LOCALHOST/",
        "https://localhost./",
        "https://a.localhost/",
        "https://metadata.google.internal/",
        "https://metadata.google.internal./",
        "https://x.internal/",
        "https://169.254.169.254/latest/meta-data",
        "https://2852039166/",
        "https://0xa9fea9fe/",
        "https://u:p@example.com/",
        "https://u@example.com/",
        "https://example.com@127.0.0.1/",
        "https:\\\\127.0.0.1\\",
        "https://example.com\\@127.0.0.1/",
        "https://127.0.0.1\t/",
        "https://127.0\n.0.1/",
        "\rhttps://127.0.0.1/",
        "https:127.0.0.1",
        "https:///127.0.0.1/",
        "https://./",
        "https://256.256.256.256/",
        "https://1.2.3.4.5/",
        "https://127.0.0.1%00/",
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "data:text/plain,x",
        "https://",
        "https://example.com:22/",
        "https://example.com:25/",
        "https://example.com:6667/",
        "//example.com/",
        "example.com",
    ];
    for url in urls {
        assert!(refused(CLOSED, url), "{url}");
    }
    for url in [
        "https://example.com/",
        "https://example.com:8443/x?y#z",
        "https://8.8.8.8/",
        "https://internal.example.com/",
        "https://bücher.example/",
    ] {
        assert!(!refused(CLOSED, url), "{url}");
    }
}

#[test]
fn opening_private_networks_leaves_metadata_closed() {
    for url in ["http://127.0.0.1:8080/", "http://localhost:3000/", "https://10.0.0.1/", "https://[fd12::1]/", "https://git.internal/"] {
        assert!(!refused(OPEN, url), "{url}");
    }
    let urls = [
        "http://169.254.169.254/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://metadata.google.internal/",
        "http://100.100.100.200/",
        "http://168.63.129.16/",
        "http://[::ffff:169.254.169.254]/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://instance-data/",
        "ftp://127.0.0.1/",
    ];
    for url in urls {
        assert!(refused(OPEN, url), "{url}");
    }
}
