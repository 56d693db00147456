import ts from 'typescript';
import { moduleOf } from './published-schemas.ts';
import type { KubernetesObject } from './objects.ts';

const folder = import.meta.dirname;

/**
 * Returns what TypeScript says against objects written out as literals of their types in kubernetes-models: above all fields
 * that do not exist, which JSON schemas let pass and which kubectl and helm refuse (strict field validation).
 */
export function findTypeErrors(objects: readonly KubernetesObject[]): readonly string[] {
  const sources = new Map(objects.map((object, index) => [`${folder}/object-${index}.ts`, printLiteral(object)]));
  const options: ts.CompilerOptions = {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    types: [],
    lib: ['lib.es5.d.ts'],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (path) => sources.has(path) || disk.fileExists(path),
    readFile: (path) => sources.get(path) ?? disk.readFile(path),
    getSourceFile: (path, language) => {
      const text = sources.get(path);
      return text === undefined ? disk.getSourceFile(path, language) : ts.createSourceFile(path, text, language);
    },
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  const paths = [...sources.keys()];
  const diagnostics = [
    program.getOptionsDiagnostics(),
    program.getGlobalDiagnostics(),
    ...paths.map((path) => program.getSemanticDiagnostics(program.getSourceFile(path))),
  ].flat();
  return diagnostics.map(({ file, messageText }) => {
    const object = objects[paths.indexOf(file?.fileName ?? '')];
    return `${object?.kind ?? ''} ${object?.metadata.name ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

// A module with a declaration of the object's type; JSON is a literal of JavaScript.
function printLiteral(object: KubernetesObject): string {
  return `import type { I${object.kind} } from '${moduleOf(object)}';\nexport const object: I${object.kind} = ${JSON.stringify(object)};\n`;
}
