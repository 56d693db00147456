import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultDomain } from '../../../src/config/defaults.ts';
import { addService, createConfigText } from '../../../src/config/edit.ts';
import { fileName, load, withLines } from './refusal.ts';

describe('createConfigText', () => {
  it('says the defaults, and begins with the line that editors read', () => {
    const text = createConfigText({ domain: defaultDomain });
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=schema.json');
    expect(load(text)).toStrictEqual(load(withLines()));
    expect(text).toMatch(/[^\n]\n$/);
  });

  it('writes what is given', () => {
    const text = createConfigText({
      domain: 'example.org',
      namespace: 'shop',
      controller: {
        profile: 'ingress-nginx-0.15',
        name: 'ic4',
        namespace: 'edge',
        nodePort: 31443,
        image: 'team/x:1',
        sharedWith: ['ic1', 'ic2'],
      },
      certificate: { secretName: 'w', days: 90, keyType: 'ecdsa-p256' },
    });
    expect(load(text)).toStrictEqual({
      domain: 'example.org',
      namespace: 'shop',
      controller: {
        profile: 'ingress-nginx-0.15',
        name: 'ic4',
        namespace: 'edge',
        nodePort: 31443,
        image: 'team/x:1',
        sharedWith: ['ic1', 'ic2'],
      },
      certificate: { secretName: 'w', days: 90, keyType: 'ecdsa-p256' },
      services: [],
    });
  });

  it('leaves a file to which a service is added as a block', () => {
    const text = createConfigText({ domain: defaultDomain });
    const after = addService(text, fileName, { name: 'svc7', mode: 'terminate' });
    expect(after).toBe(text.replace('services: []\n', 'services:\n  - name: svc7\n    mode: terminate\n'));
  });

  it('lets no value become structure', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('x\nservices: [1]', 'yes', '1:30', '# a', '"', '- a', '{{ x }}', '*x'),
    );
    fc.assert(
      fc.property(text, text, text, (domain, image, name) => {
        const file = parse(createConfigText({ domain, controller: { image, name, sharedWith: [name] } })) as Record<
          string,
          unknown
        >;
        expect(Object.keys(file)).toStrictEqual([
          'apiVersion',
          'domain',
          'namespace',
          'controller',
          'certificate',
          'services',
        ]);
        expect(file).toMatchObject({ domain, controller: { image, name, sharedWith: [name] }, services: [] });
      }),
    );
  });
});
