import type { ServerResponse } from 'node:http';
import type { Answer } from './reference-quirks.ts';

type Write = (answer: Answer) => void;

export function writeText(status: number, body: string): Write {
  return (answer) => {
    (answer as ServerResponse).writeHead(status, { 'content-type': 'text/plain' }).end(body);
  };
}

/** Begins well, and never ends. */
export function pour(text: string): Write {
  const flood = text.repeat(1000);
  return (answer) => {
    const response = answer as ServerResponse;
    response.writeHead(200, { 'content-type': 'text/plain' });
    const fill = (): void => {
      while (!response.destroyed && response.write(flood));
    };
    response.on('drain', fill);
    fill();
  };
}

/** 300 kB of headers; Node's own client takes 16 kB. */
export function writeManyHeaders(body: string): Write {
  return (answer) => {
    for (let each = 0; each < 5000; each++) answer.setHeader(`x-${String(each)}`, 'x'.repeat(50));
    writeText(200, body)(answer);
  };
}
