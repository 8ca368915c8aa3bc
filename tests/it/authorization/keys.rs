//! The key pair of the `JWT` account and of GitHub's app: made for these tests, and of no use anywhere else.

/// As GitHub hands it out (PKCS #1).
pub(crate) const PRIVATE: &str = "\
-----BEGIN RSA PRIVATE KEY-----\n\
MIIEpAIBAAKCAQEA5dXzVJx+k4d5gMmEuPa68tciexqsrgM7jSICub2APrabcrJJ\n\
sWYT8SPZWJ32WEGeMRZ9ddoKBFGN7wYhqVS1FZARVBs5vajsijPLIRaLOpaP2+Zi\n\
EqnhGuWRCEmSzZN/hXyRHZnNzplIE6JI1rSxXij4hgoSssjuOGp5o0rZtAO+fA2x\n\
M6GuWGnlYE7T1gMQNI6gOrlGQFdRCKNpDgZKxCUNrK2FLfn8hX9KK1SJenCI4xdz\n\
TmlksnIJsSF/GeaGmLj6S440vOD08uJw+Acjpd9mtPQd26f+C6TPoaiPAkfcpkpI\n\
4sFgKrc6ZzJqrmzfTql66OqD8ZCZkUEG/e264QIDAQABAoIBADHE4DHIx5ILypBM\n\
Uvy4lOgEFRfiQVVXJtybakqtUemComu2VsXe7F+R2z1Yy2D2KJrJm3ZbNkMUI++H\n\
/N8NlD7smQwE7z52J26P46MxHgocU1+TZlZTSgcIghzwzaTNlVYjEMt/pDTiNVzn\n\
De3MaAITTim8YassXoWB7QAis7zKj7YAxix5bgsWIkNo8pcjftqPfzxhCXUdczDf\n\
eAT69IN2Uy+jwBQ1m166M4Whc7MWLxePxwP1UCQUXrLWbajKa035uWar3yA+OzYp\n\
jqLM5Td8ejiLlrQ5tlNCXL+biJbxV+tkbxS2K2yb30c6kdHNkznTSJw0d2Kr67Vb\n\
Cr0kmmkCgYEA8xsrgd6Z9ni0ZhKeIbSbUvj1t83L5sbg/8TfUkuvwSjcujzXFHcm\n\
1k6jfXOEsAkhUPoCCGiAP548+PU+JIsdi36o9YUpjpC5akGicZMpXTwzuArfuNs0\n\
hPOFLTP36fAGfMtxgYRKD1Ri9TEqBD0QmdHOYQV1CfGqtT72KgeTYn0CgYEA8gaZ\n\
SUbXM79FjyZhJypuo6S9d7F2HHvoewTjZcCwHDFVZHmt1vNjJNZZTSGlodrW6c5s\n\
pxJjjjP0pve9NdzPq+5BIciUeVyS2O3mswmiOBZj5sh/LkQQCEUgnhKWkOCKiv/0\n\
oaWbdFLo8xY7nKb3EoLqsm0c5QNmrJpmEG7kYzUCgYEAibpl3rDHVzyxL3bywbO5\n\
n7tOMnDUSQ15YU4fG1en3e4Rhy16yKxsg1OQCj3M+ZJinqbVSgAyUFiMwJroNvnd\n\
pi7++AIWNh/F++3tYxz1fU3jGyyF7Qu7aGsykxZzKMUEV+VGjBLvhlnPqovM+xPB\n\
ePPFUXAvC5Avn3lpKwyZsl0CgYAjCfGHOkpNo5Nedh/6m5oI9wC3I2oGFapCpSKG\n\
yK62Zi4GrdcNF49y9dVX5VclZ5lVoBz60x62p67zvUoXUjB+o6+qRG+6YjygS1Dq\n\
+qoRlKxB7ST8fb4UdG2UdPx3XQqxtPylqmQnIxm2l7FprIJ4m5t+2W0leqiStIey\n\
OVu3QQKBgQCze0s6hm7xwZnHBB60XRtl385uuM+9i1P1QHlnvBDSfQ4i7ANvDYQC\n\
aZyh56MTknD590Zucr96b4PGsHMgubr3zBU4/rm8Pp929y5chpdq3IpWLeCb/n5k\n\
WpHZfaud+baPSLSSe4jVvnYnwTUKC/xFEjxtXt5kWDz+eP3naJ9k1A==\n\
-----END RSA PRIVATE KEY-----\n\
";

/// What the stand-in knows of it.
pub(crate) const PUBLIC: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA5dXzVJx+k4d5gMmEuPa6\n\
8tciexqsrgM7jSICub2APrabcrJJsWYT8SPZWJ32WEGeMRZ9ddoKBFGN7wYhqVS1\n\
FZARVBs5vajsijPLIRaLOpaP2+ZiEqnhGuWRCEmSzZN/hXyRHZnNzplIE6JI1rSx\n\
Xij4hgoSssjuOGp5o0rZtAO+fA2xM6GuWGnlYE7T1gMQNI6gOrlGQFdRCKNpDgZK\n\
xCUNrK2FLfn8hX9KK1SJenCI4xdzTmlksnIJsSF/GeaGmLj6S440vOD08uJw+Acj\n\
pd9mtPQd26f+C6TPoaiPAkfcpkpI4sFgKrc6ZzJqrmzfTql66OqD8ZCZkUEG/e26\n\
4QIDAQAB\n\
-----END PUBLIC KEY-----\n\
";
