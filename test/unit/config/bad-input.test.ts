import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { findExcess } from '../../../src/config/bounds.ts';
import { load, problemsOf, withLines, withServices } from './refusal.ts';

const label = 'is no DNS label';

describe('names', () => {
  it.each([
    ['../x', label],
    ['-o', label],
    ['a_b', 'did you mean a-b?'],
    ['Svc7', 'did you mean svc7?'],
    ['x-', label],
    ['a.b', label],
    ['""', label],
    ['x'.repeat(64), label],
    ['"{{ .Values }}"', 'helm would execute'],
    ['"a\\nb"', 'U+000A'],
    ['"a\\u0085b"', 'U+0085'],
    ['"a\\u2028b"', 'U+2028'],
    ['"a\\u2029b"', 'U+2029'],
    ['"a: b"', label],
    ['"- a"', label],
    ['"#"', label],
    ['"&a"', label],
    ['yes', 'quote it: "yes"'],
    ['on', 'quote it: "on"'],
    ['y', 'quote it: "y"'],
    ['1:30', label],
    ['0x1F', 'quote it: "0x1F"'],
    ['007', 'quote it: "007"'],
    ['2026-11-22', 'quote it: "2026-11-22"'],
    ['true', 'found the boolean true; quote it: "true"'],
    ['~', 'expected a string, found nothing'],
    ['[a]', 'expected a string, found a list'],
    ['{a: b}', 'expected a string, found a mapping'],
    ['wildcard', 'is reserved: certs/wildcard.crt'],
    ['ca', 'is reserved: certs/ca.crt'],
    ['*x', 'must be quoted: "*x"'],
    ['!tag x', 'leave it out'],
  ])('refuses the service %s', (name, reason) => {
    const problems = problemsOf(withServices(`{name: ${name}, mode: terminate}`));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^4:12: services\[0\]\.name: |^4:12: Unresolved tag/);
    expect(problems[0]).toContain(reason);
  });

  it.each([
    ['"yes"', 'yes'],
    ['"on"', 'on'],
    ['"007"', '007'],
    ['!!str yes', 'yes'],
    ['a', 'a'],
    ['x-1', 'x-1'],
  ])('takes the service %s', (written, name) => {
    expect(load(withServices(`{name: ${written}, mode: terminate}`)).services[0]?.name).toBe(name);
  });

  it('keeps a Helm release within 53 characters', () => {
    const name = (length: number): string => withServices(`{name: ${'x'.repeat(length)}, mode: terminate}`);
    expect(load(name(49)).services).toHaveLength(1);
    expect(problemsOf(name(50))[0]).toContain('has 54 characters, Helm takes at most 53');
  });

  it.each([
    ['3ic', 'first a letter'],
    ['x'.repeat(21), 'at most 20 characters'],
    ['Ic3', 'did you mean ic3?'],
  ])('refuses the controller %s', (name, reason) => {
    expect(problemsOf(withLines(`controller: {name: ${name}}`))[0]).toContain(reason);
  });

  it.each([
    'namespace: Shop',
    'namespace: ../x',
    'controller: {namespace: a.b}',
    'certificate: {secretName: ../x}',
    'certificate: {secretName: a..b}',
    'certificate: {secretName: -o}',
  ])('refuses %s', (line) => {
    expect(problemsOf(withLines(line))).toHaveLength(1);
  });

  it('refuses a name, a host and a certificate file that occur twice', () => {
    expect(
      problemsOf(
        withServices(
          '{name: a, mode: passthrough}',
          '{name: a-client, mode: terminate}',
          '{name: a, mode: terminate, host: B.example.test}',
          '{name: b, mode: terminate}',
          '{name: c, mode: passthrough}',
          '{name: c-client-ca, mode: reencrypt}',
          '{name: d, mode: terminate}',
          '{name: d-client, mode: terminate}',
        ),
      ),
    ).toStrictEqual([
      '4:12: services[0].name: its client certificate certs/a-client.crt would clash with the files of services[1], which is called a-client; rename one of the two',
      '6:12: services[2].name: "a" is the name of services[0] already',
      '7:12: services[3].name: the host "b.example.test" is that of services[2] already; services share a host where their paths differ',
      '8:12: services[4].name: its client certificate certs/c-client-ca.crt would clash with the files of services[5], which is called c-client-ca; rename one of the two',
    ]);
  });

  it.each(['tls', 'client-ca', 'upstream-ca'])('refuses for the wildcard the Secret NAME-%s of a service', (suffix) => {
    const named = (secretName: string, mode: string, ...lines: string[]): string =>
      `${withServices('{name: a, mode: terminate}', `{name: b, mode: ${mode}}`)}certificate: {secretName: ${secretName}}\n${lines.join('\n')}`;
    for (const mode of ['terminate', 'reencrypt', 'passthrough']) {
      expect(problemsOf(named(`ic3-b-${suffix}`, mode))).toStrictEqual([
        `6:27: certificate.secretName: "ic3-b-${suffix}" is kept for a Secret of the service "b": the two would share one file in secrets/, and one private key or authority would be lost; choose another name`,
      ]);
      expect(problemsOf(named(`ic4-b-${suffix}`, mode, 'controller: {name: ic4}'))).toHaveLength(1);
      for (const free of [`ic3-c-${suffix}`, `ic4-b-${suffix}`, `ic3-b-${suffix}-x`, `b-${suffix}`, 'ic3-b']) {
        expect(load(named(free, mode)).certificate.secretName).toBe(free);
      }
    }
  });

  it('refuses other controllers that are this one, or named twice', () => {
    expect(problemsOf(withLines('controller: {sharedWith: [ic1, ic3, ic1, -o]}'))).toStrictEqual([
      expect.stringContaining('3:32: controller.sharedWith[1]: "ic3" is this controller itself'),
      expect.stringContaining('3:37: controller.sharedWith[2]: "ic1" is named twice'),
      expect.stringContaining('3:42: controller.sharedWith[3]: "-o" cannot name a controller'),
    ]);
  });
});

describe('domains', () => {
  it.each([
    ['localhost', 'clients refuse the wildcard *.localhost'],
    ['bücher.example', 'write "xn--bcher-kva.example"'],
    ['пример.испытание', 'write "xn--e1afmkfd.xn--80akhbyknj4f"'],
    ['例え。テスト', 'write "xn--r8jz45g.xn--zckzah"'],
    ['"*.example.test"', 'write the domain alone'],
    ['*.example.test', 'must be quoted'],
    ['https://example.test', 'without scheme, port or path'],
    ['"example.test:443"', 'without scheme, port or path'],
    ['example.test.', 'ends with a dot'],
    ['a..test', 'empty label'],
    ['-a.test', 'the label "-a"'],
    ['a_b.test', 'the label "a_b"'],
    [`${'x'.repeat(64)}.test`, 'a label of 64 characters'],
    [`${'x.'.repeat(125)}xx`, 'is 252 characters long; at most 251 fit'],
    ['10.0.0.1', 'IP address'],
    ['example.0x1f', 'IP address'],
    ['1.2', 'found the number 1.2; quote it'],
    ["'{{ .Values.x }}.test'", 'helm would execute'],
    ['"a\\nb.test"', 'U+000A'],
    ['""', 'empty label'],
  ])('refuses %s', (domain, reason) => {
    const problems = problemsOf(withLines(`domain: ${domain}`));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^2:9: domain: /);
    expect(problems[0]).toContain(reason);
  });

  it.each(['example.test', 'xn--bcher-kva.example', 'EXAMPLE.Test', '1.example', `${'x.'.repeat(124)}xxx`])(
    'takes %s',
    (domain) => {
      expect(load(withLines(`domain: ${domain}`)).domain).toBe(domain.toLowerCase());
    },
  );
});

describe('hosts', () => {
  it.each([
    [
      'terminate',
      'a.b.example.test',
      'the wildcard *.example.test covers one label, "a.b.example.test" has 2 below the domain; in terminate use for instance a-b.example.test',
    ],
    ['reencrypt', 'a.b.c.example.test', 'in reencrypt use for instance a-b-c.example.test'],
    ['terminate', 'example.org', 'is outside the domain example.test; the wildcard certificate is for'],
    ['terminate', 'badexample.test', 'is outside the domain'],
    ['passthrough', 'example.org', "the project's authority may issue certificates for this domain only"],
    ['passthrough', '"*.example.test"', 'a service has exact hosts'],
    ['terminate', '"*.example.test"', 'a service has exact hosts'],
    ['terminate', 'svc7', 'write the whole host name'],
    ['terminate', 'bücher.example.test', 'write "xn--bcher-kva.example.test"'],
    ['terminate', 'a_b.example.test', 'the label "a_b"'],
    ['terminate', `${'x'.repeat(64)}.example.test`, 'a label of 64 characters'],
    ['passthrough', `${'x.'.repeat(121)}example.test`, 'is 254 characters long; at most 253 fit'],
    ['terminate', '"a.example.test\\nb"', 'U+000A'],
    ['terminate', '"a;b.example.test"', 'the label "a;b"'],
    ['terminate', '"{{a}}.example.test"', 'helm would execute'],
    ['terminate', '', 'expected a string, found nothing'],
  ])('refuses in %s %s', (mode, host, reason) => {
    const problems = problemsOf(withServices(`{name: a, mode: ${mode}, host: ${host}}`));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/: services\[0\]\.host: /);
    expect(problems[0]).toContain(reason);
  });

  it.each([
    ['terminate', 'example.test'],
    ['reencrypt', 'a.example.test'],
    ['passthrough', 'example.test'],
    ['passthrough', 'a.b.c.example.test'],
  ])('takes in %s %s', (mode, host) => {
    expect(load(withServices(`{name: x, mode: ${mode}, host: ${host}}`)).services[0]?.host).toBe(host);
  });

  it('refuses a default host that is longer than a DNS name', () => {
    const domain = `${'x.'.repeat(120)}xxx`;
    const text = `${withLines(`domain: ${domain}`)}services: [{name: ${'n'.repeat(40)}, mode: terminate}]\n`;
    expect(problemsOf(text)).toStrictEqual([expect.stringContaining('would have 284 characters')]);
  });

  it('still checks hosts when the domain or the mode is wrong', () => {
    const text = withServices(
      '{name: a, mode: pass, host: a.other.test}',
      '{name: b, mode: terminate, host: a.other.test}',
    );
    expect(problemsOf(text)).toStrictEqual([
      expect.stringContaining('services[0].mode: unknown mode'),
      expect.stringContaining('services[0].host: "a.other.test" is outside the domain'),
      expect.stringContaining('services[1].host: the host "a.other.test" is that of services[0] already'),
    ]);
  });
});

describe('images', () => {
  const digest = 'a'.repeat(64);

  it.each([
    ['"-o"', 'expected [HOST'],
    ['"nginx 1"', 'expected [HOST'],
    ['https://registry.test/x', 'leave out the scheme'],
    ['Nginx', 'a repository is lower case'],
    ['nginx@sha256:abc', '64 lower-case hexadecimal digits'],
    [`nginx@sha256:${digest.toUpperCase()}`, '64 lower-case hexadecimal digits'],
    ['"nginx:"', 'expected [HOST'],
    [`"nginx:${'t'.repeat(129)}"`, 'expected [HOST'],
    ['a//b', 'expected [HOST'],
    ['../x', 'expected [HOST'],
    ['a___b', 'expected [HOST'],
    ['"nginx\\n"', 'U+000A'],
    ['"{{ .Values.image }}"', 'helm would execute'],
    ['""', 'expected [HOST'],
  ])('refuses %s', (image, reason) => {
    for (const text of [
      withServices(`{name: a, mode: terminate, image: ${image} }`),
      withLines('controller:', `  image: ${image}`),
    ]) {
      const problems = problemsOf(text);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(reason);
    }
  });

  it.each([
    'nginx',
    'nginx:1.27',
    'library/nginx',
    'localhost:5000/a/b__c.d--e:T_1.x-',
    `registry.test/x@sha256:${digest}`,
    `"[::1]:5000/x:1@sha256:${digest}"`,
  ])('takes %s', (image) => {
    expect(load(withServices(`{name: a, mode: terminate, image: ${image} }`)).services[0]?.image).toBe(
      image.replaceAll('"', ''),
    );
  });
});

describe('numbers and switches', () => {
  it.each([
    ['port: 0', 'not from 1 to 65535'],
    ['port: 65536', 'not from 1 to 65535'],
    ['port: -1', 'not from 1 to 65535'],
    ['port: 0x1F90', 'write the number in decimal digits: 8080'],
    ['port: 0100', 'write the number in decimal digits: 100'],
    ['port: 1e3', 'write the number in decimal digits: 1000'],
    ['port: 80.5', 'expected a whole number, found the number 80.5'],
    ['port: .inf', 'expected a whole number'],
    ['port: .nan', 'expected a whole number'],
    ['port: 99999999999999999999', 'port'],
    ['port: "8080"', 'leave out the quotes'],
    ['port: on', 'expected a whole number, found the string "on"'],
    ['port: 1:30', 'expected a whole number, found the string "1:30"'],
    ['replicas: -1', 'not from 0 to 1000'],
    ['replicas: 1001', 'not from 0 to 1000'],
    ['replicas: true', 'found the boolean true'],
    ['clientAuth: on', 'write true'],
    ['clientAuth: "no"', 'write false'],
    ['clientAuth: 1', 'expected true or false, found the number 1'],
  ])('refuses %s', (field, reason) => {
    const problems = problemsOf(withServices(`{name: a, mode: passthrough, ${field}}`));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(reason);
  });

  it.each([
    'controller: {nodePort: 0}',
    'controller: {nodePort: 65536}',
    'certificate: {days: 0}',
    'certificate: {days: 826}',
  ])('refuses %s', (line) => {
    expect(problemsOf(withLines(line))).toStrictEqual([expect.stringMatching(/is not from 1 to (65535|825)$/)]);
  });

  it.each(['controller: {nodePort: 443}', 'certificate: {days: 825}'])('takes %s', (line) => {
    expect(() => load(withLines(line))).not.toThrow();
  });

  it.each([
    ['passthrough', '{depth: 2}', '.depth: does nothing in passthrough: it is the pod that reads the chain'],
    ['passthrough', '{forward: true}', '.forward: does nothing in passthrough: the client shows its certificate'],
    ['terminate', '{mode: "off", depth: 2}', '.depth: does nothing beside mode: "off"'],
    ['terminate', '{mode: off}', '.mode: a bare off is no string in YAML 1.1'],
    ['terminate', '{mode: sometimes}', '.mode: unknown mode "sometimes"; expected required, optional or off'],
    ['terminate', '{depth: 0}', '.depth: 0 is not from 1 to 100'],
    ['terminate', '{autority: certs/x.crt}', '.autority: unknown key; did you mean authority?'],
    ['terminate', '{authority: x.crt}', '.authority: "x.crt" is no certificate file of the project'],
    [
      'terminate',
      '{authority: certs/ca.crt}',
      ".authority: certs/ca.crt is the project's own authority, which signs pods",
    ],
    [
      'terminate',
      '{authority: certs/a-client-ca.crt}',
      '.authority: "certs/a-client-ca.crt" is the place of a certificate of a',
    ],
    ['terminate', '"on"', ': expected true or false, found the string "on"; write true'],
    ['terminate', '[required]', ': expected true or false, found a list'],
  ])('refuses in %s clientAuth: %s', (mode, value, words) => {
    expect(problemsOf(withServices(`{name: a, mode: ${mode}, clientAuth: ${value}}`))).toStrictEqual([
      expect.stringContaining(`services[0].clientAuth${words}`),
    ]);
  });

  it('keeps apart the files of clients and of the controller where both show a certificate', () => {
    const both = '{name: a, mode: reencrypt, clientAuth: true, upstreamClientCertificate: true}';
    expect(problemsOf(withServices(both, '{name: a-controller-ca, mode: terminate}'))).toStrictEqual([
      expect.stringContaining('would clash with the files of services[1]'),
    ]);
    expect(() => load(withServices('{name: a, mode: reencrypt}', '{name: a-client, mode: terminate}'))).not.toThrow();
  });
});

describe('annotations', () => {
  const annotated = (entry: string): string => withServices(`{name: a, mode: terminate, annotations: {${entry}}}`);

  it.each([
    'yes',
    'Yes',
    'no',
    'on',
    'OFF',
    'y',
    'N',
    '1:30',
    '12:30:45',
    '0x1F',
    '0o17',
    '0b11',
    '0123',
    '1_000',
    '1e3',
    '.5',
    '.inf',
    'true',
    'False',
    '42',
    '2026-11-22',
  ])('refuses a bare %s and takes it in quotes', (word) => {
    expect(problemsOf(annotated(`k: ${word}`))).toStrictEqual([expect.stringContaining(`quote it: "${word}"`)]);
    expect(load(annotated(`k: "${word}"`)).services[0]?.annotations).toStrictEqual({ k: word });
  });

  it.each(['~', 'null', ''])('refuses the empty value %j', (word) => {
    expect(problemsOf(annotated(`k: ${word}`))).toStrictEqual([
      expect.stringContaining('annotations.k: expected a string, found nothing'),
    ]);
  });

  it.each([
    ['yes: x', 'quote it: "yes"'],
    ['1: x', 'quote it: "1"'],
    ['"a b": x', 'is no annotation key'],
    ['"/a": x', 'is no annotation key'],
    ['"A.test/a": x', 'is no annotation key'],
    ['"a/b/c": x', 'is no annotation key'],
    [`${'k'.repeat(64)}: x`, 'is no annotation key'],
    [`${'k.'.repeat(127)}/a: x`, 'is no annotation key'],
    ['"a\\nb": x', 'U+000A'],
    ['"{{a}}": x', 'helm would execute'],
    ['__proto__: x', 'unknown key'],
    ['k: "{{ lookup \\"v1\\" }}"', 'helm would execute'],
    ['k: "a\\nb"', 'U+000A'],
    ['k: "a\\tb"', 'U+0009'],
    ['k: "a\\0b"', 'U+0000'],
    ['k: "\\N"', 'U+0085'],
    ['k: "\\L"', 'U+2028'],
    ['k: "\\P"', 'U+2029'],
    ['k: "\\uFEFF"', 'U+FEFF'],
    ['k: "\\ud800"', 'U+D800'],
  ])('refuses %s', (entry, reason) => {
    const problems = problemsOf(annotated(entry));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^4:\d+: services\[0\]\.annotations/);
    expect(problems[0]).toContain(reason);
  });

  it.each(['other.test/x', 'nginx.ingress.kubernetes.io/x'])(
    'takes at %s text of every script, and leaves its meaning to the controllers',
    (key) => {
      const value = 'a;b{c}#"d" äöü 😀';
      expect(load(annotated(`${key}: ${JSON.stringify(value)}`)).services[0]?.annotations).toStrictEqual({
        [key]: value,
      });
    },
  );

  it('refuses more than Kubernetes takes', () => {
    const half = 'x'.repeat(131_073);
    expect(problemsOf(annotated(`a: ${half}, b: ${half}`))).toStrictEqual([expect.stringContaining('exceed 256 KiB')]);
  });
});

describe('the file as a whole', () => {
  it.each([
    ['', '1:1: nothing but comments; expected apiVersion'],
    ['\ufeff', '1:1: nothing but comments'],
    ['# only a comment\n', '1:1: nothing but comments'],
    ['- a\n', '1:1: expected a mapping, found a list'],
    ['text\n', '1:1: expected a mapping, found the string "text"'],
    ['apiVersion: ingress-tls/v1\ndomain: example.test\n---\nb: 1\n', '3:1: a second document begins here'],
    ['a: [\n', 'not valid YAML'],
    ['a: "x\n', 'not valid YAML: Missing closing "quote'],
    ['a:\n\t- x\n', '2:1: not valid YAML: Tabs'],
    ['a: b: c\n', '1:4: not valid YAML'],
    ['a: *x\n', '1:4: a: *x stands for an anchor that does not exist'],
    ['*x : 1\n', '1:1: *x stands for an anchor that does not exist'],
    ['domain: !!binary x\n', 'domain: expected a string, found a mapping'],
    [`a: ${'['.repeat(1000)}`, '1:104: lists and mappings are nested too deeply'],
    [`a:\n  ${'{a: '.repeat(500)}`, '2:403: lists and mappings are nested too deeply'],
    [`a:\n${'- '.repeat(500)}x`, '2:201: lists and mappings are nested too deeply'],
    [`${'? '.repeat(500)}x`, '1:201: lists and mappings are nested too deeply'],
    [
      Array.from({ length: 1200 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      '101:101: lists and mappings are nested too deeply',
    ],
    [Array.from({ length: 150 }, (_, depth) => `${' '.repeat(depth)}a:\n\n# b`).join('\n'), 'nested too deeply'],
    [`a: [${'x,'.repeat(300_000)}]`, ': the file has more keys and values before this place than 5,000 services need'],
    [`a: b # [[[\n${'# [\n'.repeat(500)}c: d\n- e`, 'not valid YAML'],
    [`# ${'x'.repeat(1_048_576)}\n`, '1:1: the file is larger than 1 MiB'],
  ])('refuses %.40j', (text, reason) => {
    expect(problemsOf(text).join('\n')).toContain(reason);
  });

  const conflict = (...lines: readonly string[]): string =>
    withLines(...lines, '').replace('domain: example.test\n', '');

  it.each([
    ['two versions', ['<<<<<<< HEAD', 'domain: a.test', '=======', 'domain: b.test', '>>>>>>> other']],
    [
      'three versions',
      [
        '<<<<<<< HEAD',
        'domain: a.test',
        '||||||| 0a1b2c',
        'domain: c.test',
        '=======',
        'domain: b.test',
        '>>>>>>> other',
      ],
    ],
    ['CRLF', ['<<<<<<< HEAD\r', 'domain: a.test\r', '=======\r', 'domain: b.test\r', '>>>>>>> other\r']],
    ['a rest', ['=======', 'domain: b.test']],
  ])('tells markers of a merge as what they are, once: %s', (_, lines) => {
    expect(problemsOf(conflict(...lines))).toStrictEqual([
      '2:1: git left a conflict of a merge here: keep what should stay, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>',
    ]);
  });

  it.each(['# <<<<<<< HEAD', '# =======', '#======= services ======='])('takes %j for a comment', (line) => {
    expect(() => load(withLines(line))).not.toThrow();
  });

  it('bounds no file of 5,000 services', () => {
    const service = (index: number): string =>
      `  - name: svc${index}\n    mode: terminate\n    replicas: 2\n    port: 8080\n    image: nginx\n    annotations:\n      a.test/b: "c"\n`;
    const text = `apiVersion: ingress-tls/v1\ndomain: example.test\nservices:\n${Array.from({ length: 5000 }, (_, index) => service(index)).join('')}`;
    expect(findExcess(text)).toBeUndefined();
  });

  it('refuses aliases that multiply the file', () => {
    const tenfold = (name: string, item: string): string =>
      `${name}: &${name} [${Array.from({ length: 10 }, () => item).join(', ')}]`;
    const bomb = [tenfold('a', 'x'), tenfold('b', '*a'), tenfold('c', '*b'), tenfold('d', '*c'), ''].join('\n');
    expect(problemsOf(bomb)).toStrictEqual([expect.stringContaining('2:8: the aliases multiply the file too much')]);
  });

  it('ends for an alias to what holds it', () => {
    expect(problemsOf('a: &a {x: *a}\n')).toContain(
      '1:1: a: unknown key; expected apiVersion, domain, namespace, context, controller, certificate, hostCertificates, services or acknowledged',
    );
  });

  it('refuses keys that occur twice, at any depth', () => {
    expect(problemsOf(withLines('domain: example.org', 'domain: example.test'))).toStrictEqual([
      '3:1: domain: the key "domain" stands in line 2 already; one of the two would be ignored',
    ]);
    expect(problemsOf(withServices('{name: a, mode: terminate, annotations: {k: a, "k": b}}'))).toStrictEqual([
      '4:52: services[0].annotations.k: the key "k" stands in line 4 already; one of the two would be ignored',
    ]);
  });

  it('lets no text act on the terminal', () => {
    const escape = '\\e]0;owned\\a\\u202e';
    const problems = problemsOf(`"${escape}": 1\ndomain: "${escape}"\n? [a]\n: 1\n`).join('\n');
    expect(problems).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(problems).toContain('\\u001b]0;owned\\u0007\\u{202e}');
  });

  it('answers any text with a configuration or a UsageError', () => {
    const token = fc.constantFrom(
      'a',
      ': ',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '&x ',
      '*x',
      '|',
      '#',
      '? ',
      '!!str ',
      '---\n',
      'services:',
      'name: ',
      '\t',
      '\u0000',
      '\u2028',
      '__proto__: ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(token, { maxLength: 30 }).map((tokens) => tokens.join('')),
        ),
        (text) => {
          try {
            load(text);
          } catch (error) {
            expect(error).toBeInstanceOf(UsageError);
            expect((error as UsageError).details.length).toBeGreaterThan(0);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('lets no hostile string through any field', () => {
    const hostile = fc.stringMatching(
      /^[a-z0-9.-]{0,5}(?:\{\{|[\u0000-\u001f\u007f-\u009f\u2028\u2029])[a-z0-9.-]{0,5}$/,
    );
    const text = (field: string, value: string): string => {
      const service = { name: 'a', mode: 'terminate' };
      const file = {
        apiVersion: 'ingress-tls/v1',
        domain: 'example.test',
        controller: {},
        certificate: {},
        services: [service],
      };
      const target = { '': file, controller: file.controller, certificate: file.certificate, services: service };
      const [section = '', key = ''] = field.split('/');
      Object.assign(target[section as keyof typeof target], {
        [key]: key === 'annotations' ? { k: value } : key === 'sharedWith' || key === 'acknowledged' ? [value] : value,
      });
      return JSON.stringify(file).replace(
        /[\u007f-\u009f\u2028\u2029]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    };
    const fields = [
      '/apiVersion',
      '/domain',
      '/namespace',
      '/acknowledged',
      'controller/profile',
      'controller/name',
      'controller/namespace',
      'controller/image',
      'controller/sharedWith',
      'certificate/secretName',
      'certificate/keyType',
      'services/name',
      'services/mode',
      'services/host',
      'services/image',
      'services/annotations',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...fields), hostile, (field, value) => {
        expect(problemsOf(text(field, value)).length).toBeGreaterThan(0);
      }),
    );
  });
});
