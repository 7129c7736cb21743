/** What a protobuf message says beyond the fields that Gibbon understands, so that a rewritten file still says it. */
import { create, type DescMessage, isFieldSet, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import type { Kept } from './graph.ts';

/** The other fields of `message`, unknown ones included, as protobuf of the same type; undefined where there are none. */
export function beyond<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
  understood: ReadonlySet<string>,
): Kept | undefined {
  const others = schema.fields.filter((field) => !understood.has(field.localName) && isFieldSet(message, field));
  const unknown = message.$unknown ?? [];
  if (others.length === 0 && unknown.length === 0) return undefined;
  const rest = create(schema);
  const [from, to] = [reflect(schema, message), reflect(schema, rest)];
  for (const field of others) to.set(field, from.get(field));
  rest.$unknown = unknown;
  return toBinary(schema, rest);
}

/** `{ kept }`, or nothing where nothing is. */
export function keeping<Name extends string>(name: Name, kept: Kept | undefined): { readonly [key in Name]?: Kept } {
  return (kept ? { [name]: kept } : {}) as { readonly [key in Name]?: Kept };
}
