import assert from 'node:assert/strict';
import node from 'node:crypto';
import test from 'node:test';
import { load } from './support/runtime.mjs';

const { crypto: ours, phase } = await load(`
    export { default as crypto } from './src/node/crypto.ts';
    export { phase } from './src/prelude/phase.ts';
`);
globalThis.__host = (name, member, [count]) => {
    assert.equal(`${name}.${member}`, 'run.getRandom');
    return new Uint8Array(node.randomBytes(count));
};
const TEXT = 'Grüße, 世界';

test('digests_are_those_of_node', () => {
    for (const name of ['md5', 'sha1', 'SHA256', 'sha384', 'sha512', 'sha3-256', 'RSA-SHA256', 'blake2b512', 'ripemd160']) {
        assert.equal(ours.createHash(name).update(TEXT).update('\u00ff', 'latin1').digest('hex'), node.createHash(name).update(TEXT).update('\u00ff', 'latin1').digest('hex'), name);
        assert.equal(ours.createHmac(name, 'key').update(TEXT).digest('base64'), node.createHmac(name, 'key').update(TEXT).digest('base64'), name);
    }
    assert.ok(Buffer.isBuffer(ours.createHash('sha256').digest()));
    assert.throws(() => ours.createHash('md9'), { code: 'ERR_CRYPTO_INVALID_DIGEST' });
    const copied = ours.createHash('sha256').update('a');
    assert.equal(copied.copy().update('b').digest('hex'), node.createHash('sha256').update('ab').digest('hex'));
    copied.digest();
    assert.throws(() => copied.digest(), { code: 'ERR_CRYPTO_HASH_FINALIZED' });
});

test('rsa_signatures_are_those_of_node_in_every_kind_of_key', () => {
    const { privateKey, publicKey } = node.generateKeyPairSync('rsa', { modulusLength: 2048 });
    const expected = node.createSign('RSA-SHA256').update(TEXT).sign(privateKey, 'base64');
    for (const type of ['pkcs1', 'pkcs8']) {
        const text = privateKey.export({ type, format: 'pem' });
        assert.equal(ours.createSign('RSA-SHA256').update(TEXT).sign(text, 'base64'), expected, type);
        assert.equal(ours.sign('sha256', Buffer.from(TEXT), { key: privateKey.export({ type, format: 'der' }), format: 'der', type }).toString('base64'), expected, type);
    }
    assert.equal(ours.createSign('sha256').update(TEXT).sign({ key: privateKey.export({ format: 'jwk' }), format: 'jwk' }, 'base64'), expected);
    for (const type of ['pkcs1', 'spki']) {
        const text = publicKey.export({ type, format: 'pem' });
        assert.equal(ours.createVerify('sha256').update(TEXT).verify(text, expected, 'base64'), true, type);
        assert.equal(ours.createVerify('sha256').update(`${TEXT}.`).verify(text, expected, 'base64'), false, type);
        assert.equal(ours.createPublicKey(text).export({ type, format: 'pem' }), text);
    }
});

test('rsa_pss_and_oaep_work_with_node_on_the_other_side', () => {
    phase.running = true;
    const { privateKey, publicKey } = node.generateKeyPairSync('rsa', { modulusLength: 2048 });
    const [secret, open] = [privateKey.export({ type: 'pkcs8', format: 'pem' }), publicKey.export({ type: 'spki', format: 'pem' })];
    const padding = node.constants.RSA_PKCS1_PSS_PADDING;
    assert.equal(ours.constants.RSA_PKCS1_PSS_PADDING, padding);
    const signature = ours.sign('sha256', Buffer.from(TEXT), { key: secret, padding, saltLength: 32 });
    assert.ok(node.verify('sha256', Buffer.from(TEXT), { key: publicKey, padding, saltLength: 32 }, signature));
    assert.ok(ours.verify('sha256', Buffer.from(TEXT), { key: open, padding }, node.sign('sha256', Buffer.from(TEXT), { key: privateKey, padding, saltLength: 32 })));
    assert.equal(node.privateDecrypt({ key: privateKey, oaepHash: 'sha256' }, ours.publicEncrypt({ key: open, oaepHash: 'sha256' }, Buffer.from(TEXT))).toString(), TEXT);
    assert.equal(ours.privateDecrypt(secret, node.publicEncrypt(publicKey, Buffer.from(TEXT))).toString(), TEXT);
});

test('elliptic_signatures_work_with_node_on_the_other_side', () => {
    for (const namedCurve of ['P-256', 'P-384', 'P-521', 'secp256k1']) {
        const { privateKey, publicKey } = node.generateKeyPairSync('ec', { namedCurve });
        const open = publicKey.export({ type: 'spki', format: 'pem' });
        for (const type of ['sec1', 'pkcs8']) {
            const signature = ours.createSign('sha256').update(TEXT).sign(privateKey.export({ type, format: 'pem' }));
            assert.ok(node.createVerify('sha256').update(TEXT).verify(publicKey, signature), `${namedCurve} ${type}`);
        }
        const theirs = node.createSign('sha256').update(TEXT).sign(privateKey);
        assert.equal(ours.createVerify('sha256').update(TEXT).verify(open, theirs), true, namedCurve);
        assert.equal(ours.createVerify('sha256').update('else').verify(open, theirs), false, namedCurve);
    }
    // What a JWT's ES256 is.
    const { privateKey, publicKey } = node.generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const dsaEncoding = 'ieee-p1363';
    const signature = ours.sign('sha256', Buffer.from(TEXT), { key: privateKey.export({ type: 'pkcs8', format: 'pem' }), dsaEncoding });
    assert.equal(signature.length, 64);
    assert.ok(node.verify('sha256', Buffer.from(TEXT), { key: publicKey, dsaEncoding }, signature));
});

test('ed25519_signatures_are_those_of_node', () => {
    const { privateKey, publicKey } = node.generateKeyPairSync('ed25519');
    const signature = ours.sign(null, Buffer.from(TEXT), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    assert.deepEqual(signature, node.sign(null, Buffer.from(TEXT), privateKey));
    assert.ok(ours.verify(null, Buffer.from(TEXT), publicKey.export({ type: 'spki', format: 'pem' }), signature));
    assert.ok(!ours.verify(null, Buffer.from('else'), publicKey.export({ type: 'spki', format: 'pem' }), signature));
});

test('a_certificates_key_verifies', () => {
    const key = ours.createPublicKey(CERTIFICATE);
    assert.equal(key.export({ type: 'spki', format: 'pem' }), node.createPublicKey(CERTIFICATE).export({ type: 'spki', format: 'pem' }));
});

test('ciphers_are_those_of_node', () => {
    for (const name of ['aes-256-gcm', 'aes-128-gcm', 'aes-256-cbc', 'aes-128-cbc', 'aes-256-ctr']) {
        const key = node.randomBytes(Number(name.slice(4, 7)) / 8);
        const iv = node.randomBytes(name.endsWith('gcm') ? 12 : 16);
        const cipher = ours.createCipheriv(name, key, iv);
        const text = cipher.update(TEXT, 'utf8', 'hex') + cipher.final('hex');
        const theirs = node.createDecipheriv(name, key, iv);
        const back = ours.createDecipheriv(name, key, iv);
        if (name.endsWith('gcm')) {
            theirs.setAuthTag(cipher.getAuthTag());
            back.setAuthTag(cipher.getAuthTag());
        }
        assert.equal(theirs.update(text, 'hex', 'utf8') + theirs.final('utf8'), TEXT, name);
        assert.equal(back.update(text, 'hex', 'utf8') + back.final('utf8'), TEXT, name);
    }
    const sealed = ours.createDecipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12)).setAuthTag(Buffer.alloc(16));
    sealed.update('00', 'hex');
    assert.throws(() => sealed.final(), /unable to authenticate/);
    assert.throws(() => ours.createCipheriv('aes-256-cbc', Buffer.alloc(3), Buffer.alloc(16)), { code: 'ERR_CRYPTO_INVALID_KEYLEN' });
    assert.throws(() => ours.createCipheriv('des', Buffer.alloc(8), null), { code: 'ERR_CRYPTO_UNKNOWN_CIPHER' });
});

test('keys_from_passwords_are_those_of_node', () => {
    assert.deepEqual(ours.pbkdf2Sync('p', 's', 10, 20, 'sha1'), node.pbkdf2Sync('p', 's', 10, 20, 'sha1'));
    assert.deepEqual(ours.scryptSync('p', 's', 32, { N: 1024 }), node.scryptSync('p', 's', 32, { N: 1024 }));
    assert.deepEqual(Buffer.from(ours.hkdfSync('sha256', 'k', 's', 'i', 42)), Buffer.from(node.hkdfSync('sha256', 'k', 's', 'i', 42)));
});

test('randomness_is_the_hosts_and_not_to_be_had_while_a_module_is_loaded', () => {
    phase.running = true;
    assert.equal(ours.randomBytes(70_000).length, 70_000);
    assert.notEqual(ours.randomUUID(), ours.randomUUID());
    assert.match(ours.randomUUID(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const drawn = Array.from({ length: 200 }, () => ours.randomInt(3, 6));
    assert.deepEqual([...new Set(drawn)].sort(), [3, 4, 5]);
    phase.running = false;
    assert.throws(() => ours.randomBytes(4), /while the module was loaded/);
});

test('what_is_wrong_with_a_key_is_said', () => {
    assert.throws(() => ours.createPrivateKey('no key'), /not PEM/);
    assert.throws(() => ours.createPrivateKey('-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----'), /encrypted/);
    assert.throws(() => ours.timingSafeEqual(Buffer.alloc(1), Buffer.alloc(2)), { code: 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH' });
    assert.equal(ours.timingSafeEqual(Buffer.from('ab'), Buffer.from('ab')), true);
    assert.equal(ours.timingSafeEqual(Buffer.from('ab'), Buffer.from('ac')), false);
});

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIDDTCCAfWgAwIBAgIUSPH5UXZEY3wpgx3LG7KerdXJpK8wDQYJKoZIhvcNAQEL
BQAwFjEUMBIGA1UEAwwLZXhhbXBsZS5jb20wHhcNMjYxMTIxMDgwMDQyWhcNMzYx
MTE4MDgwMDQyWjAWMRQwEgYDVQQDDAtleGFtcGxlLmNvbTCCASIwDQYJKoZIhvcN
AQEBBQADggEPADCCAQoCggEBAJ06iJf6EIrndkpsIpnK5et/w0vt/ve1niSiC4xs
hHHpWvQ+mV5lvp3+1ey+E+tvIGPDlyH70Hj0E0bNglxSV3VSNwF3Y60FS2DAY8dR
WxMVOPtNQdYVzPznujsNDZmADxs1qfJYJ57XAAhXca+7I5L+fXw+/3nfAIMV9lS2
H43Vy33CaeQeMqG7OeoKlU6MVFY5HmboA4aAwO1fAQHVrybqZf3VViF+S1S4PS1O
zWQGAkhbV7TKASV43IQTsWdli2xPQOrkMg1qIkveu9jmfiOwhkPtynXuI7QDc97f
MKOvMqRl/5MA+l4cp5r6OkiISA4S00AQf9byMMrwJ9BABHcCAwEAAaNTMFEwHQYD
VR0OBBYEFCF4Teqkcuv7f8+SpiJYA9Pu4LP+MB8GA1UdIwQYMBaAFCF4Teqkcuv7
f8+SpiJYA9Pu4LP+MA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADggEB
AGBdib+yk3mEY6A0mJlF6QtlC7dyFhpa+/kE2hvrnqIX9Muiwoht+196vCCLIu5R
9WVHSfT16fyBQTC//bToV5tvFgJtmSEAnBIdgIaBv7+kK0fydgfo2frNtIyIOK29
1RpTaJVXc2sl5nxe/h/nRAwfqGc5N12fTgQg1HJC6Ym2eF8FtCgZ+x4fBHnM8pou
9bRHLnvzhSjVBYd69E3E6e2LPlNVJwAY9kqW6x4Y/yFxybMarYKUuTohIh19bMEV
SiI4/9T79EkMb9Ms9x1R5lGIhd8SBZPrxREMjIiDbCZLTwqsanL7Xl0/rG5VhOJN
xuVtNGu0Tbc/aJ8d7WJImtc=
-----END CERTIFICATE-----`;
