// Makes sure that tests find real programs: what PATH has serves, what it lacks is fetched or built once into the cache.
// Never fails: tests that need a missing program are skipped by its name, and the reason stands here.
import { buildHelm3 } from './test-tools/build-helm3.js';
import { fetchDeno } from './test-tools/fetch-deno.js';
import { fetchFiles } from './test-tools/fetch-files.js';
import { fetchKubectlLayer } from './test-tools/fetch-kubectl-layer.js';
import { fetchNode } from './test-tools/fetch-node.js';
import { locateTools } from './test-tools/locate.js';
import { nodes, oldDefinitions, yarn } from './test-tools/pins.js';

const tools = locateTools();
if (!tools.helm || !tools['kubectl1.35']) await attempt('fetching helm and kubectl', fetchKubectlLayer);
if (!tools.helm3) await attempt('building helm 3', buildHelm3);
for (const [name, node] of Object.entries(nodes)) {
  if (!tools[name]) await attempt(`fetching Node ${node.version}`, () => fetchNode(node));
}
if (!tools.deno) await attempt('fetching deno', fetchDeno);
if (!tools.yarn) await attempt('fetching Yarn', () => fetchFiles(yarn));
if (!tools.oldDefinitions)
  await attempt('fetching the definitions of old Kubernetes versions', () => fetchFiles(oldDefinitions));

async function attempt(what, action) {
  console.log(`test tools: ${what}`);
  try {
    await action();
  } catch (error) {
    console.log(`test tools: ${what} failed: ${error.message}`);
  }
}
