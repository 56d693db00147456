import type { GraphCertificate, Lane, TlsConnection } from './graph.ts';
import { columns, drawBox, drawPlain, drawTls, drawWords, type Anchor } from './svg-shapes.ts';
import { formatExpiry, labelConnection, labelHop, tellPods } from './wording.ts';

/** Height of a lane in pixels. */
export const laneHeight = 112;

/** Characters of 12 pixels that fit beside each other between two boxes, and in a box. */
const fits = { left: 36, right: 27, service: 14 } as const;

const gap = 12;
const [, clientEdge] = columns.client;
const [controllerLeft, controllerRight] = columns.controller;
const [serviceEdge] = columns.service;
const outerMiddle = (clientEdge + controllerLeft) / 2;
const innerMiddle = (controllerRight + serviceEdge) / 2;
const controllerMiddle = (controllerLeft + controllerRight) / 2;

/** Draws a lane whose upper edge is at `top`. */
export function drawLane(lane: Lane, top: number): string {
  const y = top + 56;
  return [
    drawWords(clientEdge + gap, top + 18, lane.host, { style: 'file strong', most: fits.left }),
    ...drawService(lane, y),
    ...drawPath(lane, y),
  ].join('\n');
}

function drawPath({ path }: Lane, y: number): readonly string[] {
  const explain = (does: string): readonly string[] => [
    drawWords(controllerMiddle, y - 12, path.mode, { anchor: 'middle', style: 'strong', most: 20 }),
    drawWords(controllerMiddle, y + 24, does, { anchor: 'middle', style: 'small faint', most: 28 }),
  ];
  switch (path.mode) {
    case 'terminate':
      return [
        ...explain('TLS ends here'),
        ...drawConnection(path.outer, clientEdge, controllerLeft, y),
        drawPlain(controllerRight, serviceEdge, y),
        drawWords(innerMiddle, y - 12, 'HTTP, not encrypted', { anchor: 'middle', style: 'plain', most: fits.right }),
      ];
    case 'reencrypt':
      return [
        ...explain('TLS ends, begins again'),
        ...drawConnection(path.outer, clientEdge, controllerLeft, y),
        ...drawConnection(path.inner, controllerRight, serviceEdge, y, labelHop(path.inner)),
      ];
    case 'passthrough': {
      const { server, client } = path.whole;
      return [
        drawTls(clientEdge, serviceEdge, y, hasProblem(server) || hasProblem(client)),
        ...explain('passed on unopened'),
        drawWords(outerMiddle, y - 12, labelConnection(path.whole), {
          anchor: 'middle',
          style: hasProblem(client) ? 'problem' : 'tls',
          most: fits.left,
        }),
        drawWords(innerMiddle, y - 12, 'the same TLS', {
          anchor: 'middle',
          style: hasProblem(server) ? 'problem' : 'tls',
          most: fits.right,
        }),
        ...(client === undefined ? [] : drawCertificate(client, clientEdge + gap, y, 'start', fits.left)),
        ...drawCertificate(server, serviceEdge - gap, y, 'end', fits.right),
      ];
    }
  }
}

function drawConnection(
  connection: TlsConnection,
  from: number,
  to: number,
  y: number,
  label = labelConnection(connection),
): readonly string[] {
  const isBroken = hasProblem(connection.server);
  const most = from === clientEdge ? fits.left : fits.right;
  return [
    drawTls(from, to, y, isBroken),
    drawWords((from + to) / 2, y - 12, label, {
      anchor: 'middle',
      style: isBroken || !connection.isVerified ? 'problem' : 'tls',
      most,
    }),
    ...drawCertificate(connection.server, to - gap, y, 'end', most),
  ];
}

/** Below the end that shows it: the file, and when it ends or the worst that is wrong with it. */
function drawCertificate(
  certificate: GraphCertificate,
  x: number,
  y: number,
  anchor: Anchor,
  most: number,
): readonly string[] {
  const [problem, ...others] = certificate.problems;
  const state =
    problem === undefined
      ? formatExpiry(certificate)
      : `! ${problem}${others.length === 0 ? '' : ` (and ${others.length} more)`}`;
  return [
    drawWords(x, y + 24, certificate.path, { anchor, style: 'file', most }),
    ...(state === undefined
      ? []
      : [
          drawWords(x, y + 40, state, { anchor, style: problem === undefined ? 'small faint' : 'small problem', most }),
        ]),
  ];
}

function drawService(lane: Lane, y: number): readonly string[] {
  const [left, right] = columns.service;
  const middle = (left + right) / 2;
  return [
    drawBox(columns.service, y - 28, 56),
    drawWords(middle, y - 3, lane.service, { anchor: 'middle', style: 'strong', most: fits.service }),
    drawWords(middle, y + 16, tellPods(lane), {
      anchor: 'middle',
      style: 'small faint',
      most: 22,
    }),
  ];
}

function hasProblem(certificate: GraphCertificate | undefined): boolean {
  return certificate !== undefined && certificate.problems.length > 0;
}
