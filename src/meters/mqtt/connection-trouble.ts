const UNKNOWN_AUTHORITY = "the broker's certificate is of an authority that is not known here: ca_file must name it";
const OUR_CERTIFICATE = 'the broker refuses our certificate (cert_file)';
const NO_COMMON_VERSION = 'the broker and this program have no version of TLS in common';
const ENCRYPTED = 'key_file is encrypted, and key_password does not open it';
const IS_IT_TLS = 'does this port speak TLS?';

/** What Node and OpenSSL call it when TLS fails, in words. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', "the broker's certificate has expired"],
  ['CERT_NOT_YET_VALID', "the broker's certificate is not valid yet: is the clock of this machine right?"],
  ['CERT_REVOKED', "the broker's certificate is revoked"],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNKNOWN_AUTHORITY],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNKNOWN_AUTHORITY],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'the broker demands a client certificate (cert_file and key_file)'],
  // TLS 1.2 has no better word for a client certificate that is not there.
  [
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
    'the broker refuses the TLS handshake: does it demand a client certificate (cert_file and key_file)?',
  ],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', `${OUR_CERTIFICATE}: it does not know its authority`],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', `${OUR_CERTIFICATE}: it has expired`],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', `${OUR_CERTIFICATE}: it is revoked`],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', OUR_CERTIFICATE],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', OUR_CERTIFICATE],
  ['ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE', OUR_CERTIFICATE],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', NO_COMMON_VERSION],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', NO_COMMON_VERSION],
  ['ERR_SSL_WRONG_VERSION_NUMBER', `what comes back is not TLS: ${IS_IT_TLS}`],
  ['ERR_OSSL_BAD_DECRYPT', ENCRYPTED],
  ['ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED', ENCRYPTED],
  ['ERR_OSSL_X509_KEY_VALUES_MISMATCH', 'cert_file and key_file do not belong together'],
  ['ERR_OSSL_PEM_NO_START_LINE', 'cert_file or key_file has no PEM text in it'],
]);

/** ...error:CODE:LIBRARY:FUNCTION:REASON:FILE:LINE:MORE, of which only the reason is for a person. */
const OPENSSL = /error:[0-9A-F]+:[^:\n]*:[^:\n]*:([^:\n]+)/i;

/** What a port says that is closed to such bytes, or answers in a language of its own. */
const NO_MQTT = /^Invalid header flag bits|disconnected before secure TLS/;

/** The other side ended a connection and did not say why. */
export const CLOSED = 'the connection was closed';

/**
 * Why a broker is not connected, in one line for a person. `isAnswered`: this connection had been let in, so that the port
 * is the right one.
 */
export function troubleOf(error: Error, url: string, isAnswered: boolean): string {
  const code = 'code' in error ? String(error.code) : '';
  const openssl = OPENSSL.exec(error.message)?.[1];
  // Some come as EPROTO, with OpenSSL's text in their message only.
  const byText = openssl === undefined ? undefined : WORDS.get(`ERR_SSL_${openssl.toUpperCase().replaceAll(' ', '_')}`);
  const words = WORDS.get(code) ?? byText;
  if (words !== undefined) return words;
  if (openssl !== undefined) return `TLS fails: ${openssl}`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `the broker's certificate is for another name: ${line(error)}`;
  const isCut = code === 'ECONNRESET' || NO_MQTT.test(error.message);
  // With TLS it is the end of a connection that spoke it already.
  const isClosed = error.message === CLOSED && url.startsWith('mqtt:');
  const isDoubtful = !isAnswered && (isCut || isClosed);
  return isDoubtful ? `the connection ended before the broker answered (${line(error)}): ${IS_IT_TLS}` : line(error);
}

/** The attempts at several addresses of one name come as one error that has no message of its own. */
function line(error: Error): string {
  const [first = ''] = error.message.trim().split('\n');
  if (first !== '' || !(error instanceof AggregateError)) return first.replace(/:$/, '');
  return error.errors.map((each) => (each instanceof Error ? line(each) : String(each))).join(', ');
}
