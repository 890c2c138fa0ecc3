import { describe, expect, it } from 'vitest';
import { CLOSED, troubleOf } from '../../../src/meters/mqtt/connection-trouble.ts';

const URL = 'mqtts://broker.grid.example:8883';

function failed(message: string, code?: string): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

/** As Node hands OpenSSL's errors on. */
function openssl(reason: string, file = '../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1601'): string {
  return `80FC4C5FA97F0000:error:0A00045C:SSL routines:ssl3_read_bytes:${reason}:${file}:SSL alert number 116\n`;
}

describe('the words for why a broker is not connected', () => {
  it.each([
    [
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      openssl('tlsv13 alert certificate required'),
      /demands a client cert/,
    ],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', openssl('sslv3 alert handshake failure'), /demand a client certificate/],
    [
      'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
      openssl('tlsv1 alert unknown ca'),
      /refuses our certificate .*: it does not know/,
    ],
    [
      'EPROTO',
      `write EPROTO ${openssl('wrong version number')}`,
      /^what comes back is not TLS: does this port speak TLS\?$/,
    ],
    ['EPROTO', `write EPROTO ${openssl('tlsv1 alert internal error')}`, /^TLS fails: tlsv1 alert internal error$/],
    ['ERR_SSL_WHATEVER', openssl('no cipher match'), /^TLS fails: no cipher match$/],
    ['CERT_HAS_EXPIRED', 'certificate has expired', /^the broker's certificate has expired$/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain', /authority .*ca_file/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate', /authority .*ca_file/],
    [
      'ERR_OSSL_X509_KEY_VALUES_MISMATCH',
      'error:05800074:x509 certificate routines::key values mismatch',
      /^cert_file and/,
    ],
    ['ERR_OSSL_UNSUPPORTED', 'error:1E08010C:DECODER routines::unsupported', /^TLS fails: unsupported$/],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      "Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list: ",
      /^the broker's certificate is for another name: .*127\.0\.0\.1 is not in the cert's list$/,
    ],
  ])('%s: are those of a person, in one line without a path (%j)', (code, message, words) => {
    const trouble = troubleOf(failed(message, code), URL, false);
    expect(trouble).toMatch(words);
    expect(trouble).not.toMatch(/\n|deps\/|\.c:|[0-9A-F]{8}/);
  });

  it.each([
    ['mqtt:', 'read ECONNRESET', 'ECONNRESET', true],
    ['mqtts:', 'read ECONNRESET', 'ECONNRESET', true],
    ['mqtts:', 'Client network socket disconnected before secure TLS connection was established', 'ECONNRESET', true],
    // A broker's alert of TLS, taken for MQTT.
    ['mqtt:', 'Invalid header flag bits, must be 0x0 for connect packet', undefined, true],
    ['mqtt:', CLOSED, undefined, true],
    ['mqtts:', CLOSED, undefined, false],
    ['mqtt:', 'connect ECONNREFUSED 127.0.0.1:1883', 'ECONNREFUSED', false],
  ])('ask whether the port speaks TLS: %s %s', (protocol, message, code, isAsked) => {
    const url = `${protocol}//broker.grid.example`;
    expect(troubleOf(failed(message, code), url, false).endsWith('does this port speak TLS?')).toBe(isAsked);
    expect(troubleOf(failed(message, code), url, true)).toBe(message);
  });

  it('name each address of a name that has several', () => {
    const both = new AggregateError([
      failed('connect ECONNREFUSED ::1:1883'),
      failed('connect ETIMEDOUT 192.0.2.1:1883'),
    ]);
    expect(troubleOf(both, URL, false)).toBe('connect ECONNREFUSED ::1:1883, connect ETIMEDOUT 192.0.2.1:1883');
  });
});
