/** `crypto`: what libraries in JavaScript give of it. What is not here is undefined, so that libraries can tell. */

import { Cipher, createCipheriv, createDecipheriv, getCiphers } from '../crypto/cipher.js';
import { createHash, createHmac, getHashes, hash, Hash, Hmac, timingSafeEqual } from '../crypto/hash.js';
import { hkdfSync, pbkdf2, pbkdf2Sync, scrypt, scryptSync } from '../crypto/kdf.js';
import { createPrivateKey, createPublicKey, createSecretKey, KeyObject } from '../crypto/key.js';
import { getRandomValues, randomBytes, randomFillSync, randomInt, randomUUID, subtle, webcrypto } from '../crypto/random.js';
import { PADDING } from '../crypto/rsa.js';
import { createSign, createVerify, privateDecrypt, publicEncrypt, Sign, sign, Verify, verify } from '../crypto/sign.js';

export const constants = { ...PADDING, RSA_PSS_SALTLEN_DIGEST: -1, RSA_PSS_SALTLEN_MAX_SIGN: -2, RSA_PSS_SALTLEN_AUTO: -2 };

export {
    Cipher,
    createCipheriv,
    createDecipheriv,
    createHash,
    createHmac,
    createPrivateKey,
    createPublicKey,
    createSecretKey,
    createSign,
    createVerify,
    getCiphers,
    getHashes,
    getRandomValues,
    Hash,
    hash,
    hkdfSync,
    Hmac,
    KeyObject,
    pbkdf2,
    pbkdf2Sync,
    privateDecrypt,
    publicEncrypt,
    randomBytes,
    randomFillSync,
    randomInt,
    randomUUID,
    scrypt,
    scryptSync,
    Sign,
    sign,
    subtle,
    timingSafeEqual,
    Verify,
    verify,
    webcrypto
};

export default {
    Cipher,
    constants,
    createCipheriv,
    createDecipheriv,
    createHash,
    createHmac,
    createPrivateKey,
    createPublicKey,
    createSecretKey,
    createSign,
    createVerify,
    getCiphers,
    getHashes,
    getRandomValues,
    Hash,
    hash,
    hkdfSync,
    Hmac,
    KeyObject,
    pbkdf2,
    pbkdf2Sync,
    privateDecrypt,
    publicEncrypt,
    randomBytes,
    randomFillSync,
    randomInt,
    randomUUID,
    scrypt,
    scryptSync,
    Sign,
    sign,
    subtle,
    timingSafeEqual,
    Verify,
    verify,
    webcrypto
};
