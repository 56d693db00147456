/** Where a pod finds its key pair; a person's own image reads it from here or from TLS_CERT_FILE and TLS_KEY_FILE. */
export const tlsDirectory = '/etc/ingress-tls/tls';

/** Where a pod finds the authority of its clients' certificates, `ca.crt`. */
export const clientCaDirectory = '/etc/ingress-tls/client-ca';
