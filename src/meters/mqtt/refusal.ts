/** CONNACK codes that stay as they are until a person changes something: MQTT 3.1.1, 3.2.2.3 and MQTT 5, 3.2.2.2. */
const LASTING_CODES: ReadonlySet<unknown> = new Set([
  1, // unacceptable protocol version
  2, // identifier rejected
  4, // bad user name or password
  5, // not authorised
  132, // unsupported protocol version
  133, // client identifier not valid
  134, // bad user name or password
  135, // not authorised
  138, // banned
  140, // bad authentication method
  142, // session taken over: another client has our client id
  156, // use another server
  157, // server moved
]);

/** What Node and OpenSSL call certificates and keys that do not fit. */
const TLS_CODE = /CERT|ERR_TLS|ERR_SSL|ERR_OSSL|UNABLE_TO_|^EPROTO$|^ENOENT$|^EACCES$|^EISDIR$/;

/**
 * Whether an error will come again until a person puts something right: a refused log-in, a certificate that is not
 * trusted, a file that is not there. Everything else is a broker that may be back in a moment.
 */
export function isForAPerson(error: Error): boolean {
  const code = codeOf(error) ?? (error.cause instanceof Error ? codeOf(error.cause) : undefined);
  return LASTING_CODES.has(code) || (typeof code === 'string' && TLS_CODE.test(code));
}

function codeOf(error: Error): unknown {
  return 'code' in error ? error.code : undefined;
}
