/**
 * The number of the alert that an error of OpenSSL's tells of, or undefined when it tells of none.
 *
 * OpenSSL ends the text with `SSL alert number N`, and its reason code of a received alert is 1000 + N
 * (openssl@3.0 ssl/record/rec_layer_s3.c, SSL_AD_REASON_OFFSET); Node passes both on in the message.
 */
export function findAlert(message: string): number | undefined {
  const spelled = /SSL alert number (\d{1,3})\b/.exec(message)?.[1];
  if (spelled !== undefined) return Number(spelled);
  // Library 20 (SSL) stands in bits 23 to 30 of the error code, the reason in the lowest 23 (openssl@3.0 err.h).
  const reason = /\berror:0A([0-9A-F]{6}):/i.exec(message)?.[1];
  const alert = reason === undefined ? -1 : Number.parseInt(reason, 16) - 1000;
  return alert >= 0 && alert <= 255 ? alert : undefined;
}
