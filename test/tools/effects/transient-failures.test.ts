import { expect, it } from 'vitest';
import { createExec, type ToolResult } from '../../../src/world/exec/exec.ts';
import { isTransient } from '../../../src/world/exec/tool-failure.ts';
import { describeWithTool } from '../../support/describe-with.ts';
import { serve, serveStatus, writeKubeconfig } from '../../support/effects/fake-api-server.ts';
import { makeTemporaryFolder } from '../../support/effects/stand-in.ts';
import { pathWith } from '../../support/tools.ts';

describeWithTool('kubectl', 'a real kubectl', () => {
  const ask = (server: string): Promise<ToolResult> =>
    createExec({ env: { ...process.env, PATH: pathWith('kubectl') }, cwd: makeTemporaryFolder() }).run(
      {
        tool: 'kubectl',
        effect: 'read',
        args: [`--kubeconfig=${writeKubeconfig(server)}`, '--request-timeout=5s', 'get', '--raw=/api/v1/pods'],
      },
      { timeoutMs: 20_000 },
    );

  it.each([
    [503, 'ServiceUnavailable', 'the server is currently unable to handle the request'],
    [429, 'TooManyRequests', 'storage is (re)initializing'],
    [500, '', 'etcdserver: leader changed'],
    [504, 'Timeout', 'request did not complete'],
  ] as const)('is understood when the server answers %i %s', async (code, reason, message) => {
    expect(isTransient(await ask(await serveStatus(code, reason, message)))).toBe(true);
  });

  it('is understood when the server cuts the connection', async () => {
    const server = await serve((request) => {
      request.socket.destroy();
    });
    expect(isTransient(await ask(server))).toBe(true);
  });

  it.each([
    [404, 'NotFound'],
    [403, 'Forbidden'],
    [409, 'Conflict'],
    [422, 'Invalid'],
  ] as const)('is not taken for transient when the server answers %i %s', async (code, reason) => {
    expect(isTransient(await ask(await serveStatus(code, reason, 'no')))).toBe(false);
  });
});
