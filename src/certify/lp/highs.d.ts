/** The package's own types are taken for those of a CommonJS module, whose default export would be an object: as an ES module it is the loader. */
declare module 'highs' {
  import type * as types from 'highs/legacy-types';

  export type Highs = types.Highs;
  export type Model = types.Model;
  export type ModelData = types.ModelData;
  const load: typeof types.default.default;
  // biome-ignore lint/style/noDefaultExport: the package has one
  export default load;
}
