import type { ClientAuthBehaviour, PageAnswer } from '../../model/gateway.ts';

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

/**
 * To clients without the right certificate (nginx@1.27.1:src/http/ngx_http_special_response.c, 495 and 496): the handshake takes any,
 * and the first request is answered so (ngx_http_request.c, ngx_http_process_request; ngx_http_set_virtual_server has the 421).
 */
export function clientAuthPages(style: PageStyle, unreadable: PageAnswer): ClientAuthBehaviour {
  return {
    refusesBy: 'page',
    missing: errorPage(style, '400 Bad Request', 'No required SSL certificate was sent'),
    wrong: errorPage(style, '400 Bad Request', 'The SSL certificate error'),
    unreadable,
    misdirected: errorPage(style, '421 Misdirected Request'),
  };
}

const plainHttpText = 'The plain HTTP request was sent to HTTPS port';

/** The answer to plain HTTP on the TLS port: the article's 400. */
export function plainHttpPage(style: PageStyle): PageAnswer & { readonly text: string } {
  return { ...errorPage(style, '400 Bad Request', plainHttpText), text: plainHttpText };
}
