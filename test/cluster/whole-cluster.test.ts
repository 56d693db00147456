// Tests that compare the list of all objects of the cluster, or their versions, before and after. No other test of a cluster
// may run beside them, so they are one file, which vitest gives to one worker: one after another.
import './whole/three-modes.ts';
import './whole/helm-3.ts';
import './whole/article.ts';
import './whole/side-by-side.ts';
