import type { PageAnswer } from '../../model/gateway.ts';

/** What differs in nginx's own pages from version to version. */
export interface PageStyle {
  /** Last line: `nginx`, or with its version where server_tokens is on. */
  readonly signature: string;
  /** The body's tag; it lost its colour in nginx 1.15.0. */
  readonly bodyTag: '<body>' | '<body bgcolor="white">';
}

/** An error page as nginx makes it itself (nginx@1.27.1:src/http/ngx_http_special_response.c); `headline` as `404 Not Found`. */
export function errorPage(style: PageStyle, headline: string, explanation?: string): PageAnswer {
  const status = Number(headline.slice(0, 3));
  const lines = [
    '<html>',
    `<head><title>${explanation === undefined ? headline : `${status} ${explanation}`}</title></head>`,
    style.bodyTag,
    `<center><h1>${headline}</h1></center>`,
    ...(explanation === undefined ? [] : [`<center>${explanation}</center>`]),
    `<hr><center>${style.signature}</center>`,
    '</body>',
    '</html>',
    '',
  ];
  return { status, contentType: 'text/html', body: lines.join('\r\n') };
}

const plainHttpText = 'The plain HTTP request was sent to HTTPS port';

/** The answer to plain HTTP on the TLS port: the article's 400. */
export function plainHttpPage(style: PageStyle): PageAnswer & { readonly text: string } {
  return { ...errorPage(style, '400 Bad Request', plainHttpText), text: plainHttpText };
}
