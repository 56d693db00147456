import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addClient, removeClient } from '../../../src/config/edit-clients.ts';
import { fileName, load, problemsOf, refusalOf, withServices } from './refusal.ts';

const head = 'apiVersion:  ingress-tls/v1 # fixed\ndomain: "example.test"\n';
const add = (text: string, person = 'bob'): string =>
  addClient(head + text, fileName, 'svc9', person).slice(head.length);
const remove = (text: string, person = 'bob'): string =>
  removeClient(head + text, fileName, 'svc9', person).slice(head.length);

/** How a service may be written, and what a client makes of it. */
const additions: readonly (readonly [string, string, string])[] = [
  [
    'nothing of clients',
    'services:\n  - name: svc9 # nine\n    mode: passthrough # x\n    # deep\n# end\n',
    'services:\n  - name: svc9 # nine\n    mode: passthrough # x\n    clientAuth: {clients: [bob]}\n    # deep\n# end\n',
  ],
  [
    'nothing, at an open end',
    'services:\n-   name: svc9\n    mode: passthrough',
    'services:\n-   name: svc9\n    mode: passthrough\n    clientAuth: {clients: [bob]}',
  ],
  [
    'nothing, before another service',
    'services:\n  - name: svc9\n    mode: passthrough\n\n  # the shop\n  - name: a\n    mode: terminate\n',
    'services:\n  - name: svc9\n    mode: passthrough\n    clientAuth: {clients: [bob]}\n\n  # the shop\n  - name: a\n    mode: terminate\n',
  ],
  [
    'nothing, behind a block of text',
    'services:\n  - name: svc9\n    mode: passthrough\n    values:\n      extra: |\n        x: 1\n# end\n',
    'services:\n  - name: svc9\n    mode: passthrough\n    values:\n      extra: |\n        x: 1\n    clientAuth: {clients: [bob]}\n# end\n',
  ],
  [
    'true',
    'services:\n  - name: svc9\n    clientAuth: true # all\n    mode: terminate\n',
    'services:\n  - name: svc9\n    clientAuth: {clients: [bob]} # all\n    mode: terminate\n',
  ],
  [
    'details in lines',
    'services:\n  - name: svc9\n    mode: passthrough\n    clientAuth:\n      mode: optional # y\n    port: 1\n',
    'services:\n  - name: svc9\n    mode: passthrough\n    clientAuth:\n      mode: optional # y\n      clients: [bob]\n    port: 1\n',
  ],
  [
    'details in braces',
    'services:\n  - {name: svc9, mode: passthrough, clientAuth: {mode: optional}} # z\n',
    'services:\n  - {name: svc9, mode: passthrough, clientAuth: {mode: optional, clients: [bob]}} # z\n',
  ],
  [
    'empty details',
    'services:\n  - {name: svc9, mode: passthrough, clientAuth: {}}\n',
    'services:\n  - {name: svc9, mode: passthrough, clientAuth: {clients: [bob]}}\n',
  ],
  [
    'clients in brackets',
    'services:\n  - name: svc9\n    mode: passthrough\n    clientAuth: { clients: [ alice ] } # a\n',
    'services:\n  - name: svc9\n    mode: passthrough\n    clientAuth: { clients: [ alice, bob ] } # a\n',
  ],
  [
    'clients in lines',
    'services:\n  - name: svc9\n    mode: passthrough\n    clientAuth:\n      clients:\n        # first\n        - alice # a\n      mode: optional\n',
    'services:\n  - name: svc9\n    mode: passthrough\n    clientAuth:\n      clients:\n        # first\n        - alice # a\n        - bob\n      mode: optional\n',
  ],
  [
    'no client any more',
    'services:\n  - name: svc9\n    mode: passthrough\n    clientAuth: {clients: []}\n',
    'services:\n  - name: svc9\n    mode: passthrough\n    clientAuth: {clients: [bob]}\n',
  ],
];

describe('addClient', () => {
  it.each(additions)('with %s', (_, before, after) => {
    expect(add(before)).toBe(after);
    expect(addClient((head + before).replaceAll('\n', '\r\n'), fileName, 'svc9', 'bob')).toBe(
      (head + after).replaceAll('\n', '\r\n'),
    );
    expect(load(head + after).services.find(({ name }) => name === 'svc9')?.clientAuthDetails?.clients).toContain(
      'bob',
    );
  });

  it.each(additions.filter(([, , after]) => after.includes('alice')))(
    'is undone by removeClient with %s',
    (_, before) => {
      expect(remove(add(before))).toBe(before);
    },
  );

  it('quotes what YAML 1.1 takes for another word', () => {
    for (const person of ['no', 'on', 'null', '1e3', '12', '0x1f', 'y']) {
      const text = add(additions[0]![1], person);
      expect(load(head + text).services[0]?.clientAuthDetails?.clients).toEqual([person]);
      expect(load(head + add(text, 'bob')).services[0]?.clientAuthDetails?.clients).toEqual([person, 'bob']);
    }
  });

  it('leaves JSON that JSON readers still read', () => {
    const file = { apiVersion: 'ingress-tls/v1', domain: 'a.test', services: [{ name: 'svc9', mode: 'passthrough' }] };
    const once = addClient(JSON.stringify(file), fileName, 'svc9', 'alice');
    const twice = addClient(once, fileName, 'svc9', 'bob');
    const services = [{ ...file.services[0], clientAuth: { clients: ['alice', 'bob'] } }];
    expect(JSON.parse(twice)).toEqual({ ...file, services });
    expect(JSON.parse(removeClient(twice, fileName, 'svc9', 'bob'))).toEqual(JSON.parse(once));
  });

  it.each([
    [
      'an alias',
      'services:\n  - name: a\n    mode: passthrough\n    clientAuth: &x {depth: 1}\n  - name: svc9\n    clientAuth: *x\n',
    ],
    ['what others use', 'services:\n  - name: svc9\n    clientAuth: &x {depth: 1}\n  - name: a\n    clientAuth: *x\n'],
  ])('refuses %s, with the lines to write', (_, text) => {
    const refusal = refusalOf(() => add(text));
    expect(refusal.message).toMatch(/^cannot change the clients of "svc9": /);
    expect(refusal.remedy).toContain('by hand');
    expect(refusal.details.join('\n')).toBe('    clientAuth:\n      depth: 1\n      clients:\n        - bob');
  });

  it('lets no name become structure', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom(...additions), (person, [, before]) => {
        let text: string;
        try {
          text = add(before, person);
        } catch (error) {
          expect(error).toHaveProperty('exitCode', 2);
          return;
        }
        if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(person)) expect(problemsOf(head + text)).not.toEqual([]);
        else
          expect(load(head + text).services.some((each) => each.clientAuthDetails?.clients?.includes(person))).toBe(
            true,
          );
      }),
      { numRuns: 60 },
    );
  });
});

describe('removeClient', () => {
  it.each([
    ['the last one', '    clientAuth: {clients: [bob]} # a\n', '    clientAuth: {clients: []} # a\n'],
    [
      'one of several',
      '    clientAuth: {clients: [alice, bob, carol]}\n',
      '    clientAuth: {clients: [alice, carol]}\n',
    ],
    [
      'one with a comment of its own',
      '    clientAuth:\n      clients:\n        - alice\n        # left in May\n        - bob # x\n        - carol\n',
      '    clientAuth:\n      clients:\n        - alice\n        - carol\n',
    ],
    [
      'the last line',
      '    clientAuth:\n      clients: # all\n        - bob\n      depth: 2\n',
      '    clientAuth:\n      clients: [] # all\n      depth: 2\n',
    ],
  ])('takes out %s', (_, before, after) => {
    const service = 'services:\n  - name: svc9\n    mode: terminate\n';
    expect(remove(service + before)).toBe(service + after);
  });
});

describe('clients that cannot be', () => {
  it('are refused by name and place', () => {
    expect(
      problemsOf(
        withServices(
          '{name: a, mode: passthrough, clientAuth: {clients: [x, x, ca, Y, b-client]}}',
          '{name: a-client-b, mode: passthrough, clientAuth: {clients: [c]}}',
          '{name: c, mode: passthrough, clientAuth: {authority: certs/mine.crt, clients: [x]}}',
          '{name: d, mode: terminate, clientAuth: {mode: "off", clients: [x]}}',
          '{name: e, mode: terminate, clientAuth: {clients: [f]}}',
          '{name: e-client-f, mode: terminate}',
          '{name: g, mode: terminate, clientAuth: {authority: certs/e-client-f.crt}}',
          '{name: h, mode: terminate, clientAuth: {clients: [b-client-c]}}',
        ),
      ).map((line) => line.replace(/^[\d:]+ /, '')),
    ).toEqual([
      'services[0].clientAuth.clients[1]: "x" is named twice',
      'services[0].clientAuth.clients[2]: certs/a-client-ca.crt is the authority of the clients; choose another name',
      expect.stringContaining('services[0].clientAuth.clients[3]: "Y" cannot name a client'),
      'services[0].clientAuth.clients[4]: "b-client" would have certs/a-client-b-client.crt, the place of a certificate of a-client-b; choose another name',
      'services[2].clientAuth.clients: does nothing beside authority: whoever has its key issues the certificates of clients; leave clients out',
      'services[3].clientAuth.clients: does nothing beside mode: "off"',
      'services[4].clientAuth.clients[0]: "f" would have certs/e-client-f.crt, the place of a certificate of e-client-f; choose another name',
      'services[6].clientAuth.authority: "certs/e-client-f.crt" is the place of a certificate of e; give the file another name',
    ]);
  });

  it('collide with a client of another service too', () => {
    const text = withServices(
      '{name: a, mode: passthrough, clientAuth: {clients: [b-client-c]}}',
      '{name: a-client-b, mode: passthrough, clientAuth: {clients: [c]}}',
    );
    expect(problemsOf(text)).toHaveLength(2);
  });

  it('none is as good as no list, where it would do nothing', () => {
    const text = withServices('{name: a, mode: passthrough, clientAuth: {authority: certs/mine.crt, clients: []}}');
    expect(load(text).services[0]?.clientAuthDetails).toEqual({ authority: 'certs/mine.crt' });
  });
});
