/** The name under which tables and reports list an operator. */
import type { Node } from '../../onnx/graph.ts';

/** "Conv", "com.microsoft.BiasGelu" */
export const qualifiedName = ({ op, domain }: Pick<Node, 'op' | 'domain'>): string => (domain === '' ? op : `${domain}.${op}`);
