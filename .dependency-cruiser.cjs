// The room order of docs/architecture.md: a later room may import earlier ones, never the reverse.
const ROOMS = [
  'base',
  'rng',
  'stats',
  'onnx',
  'ops',
  'transform',
  'runtime',
  'data',
  'threat',
  'task',
  'model',
  'training',
  'attacks',
  'certify',
  'defences',
  'privacy',
  'fairness',
  'explain',
  'audit',
  'store',
  'queue',
  'report',
  'api',
  'guard',
  'server',
  'cli',
];
const between = (first, last) => ROOMS.slice(ROOMS.indexOf(first), ROOMS.indexOf(last) + 1);
const folders = (rooms) => `^src/(${rooms.join('|')})/`;

/** What must run in a browser too. */
const PORTABLE = [...between('base', 'transform'), ...between('threat', 'attacks'), 'certify', 'privacy', 'fairness', 'report'];
/** Files that nothing imports because something outside src starts them. */
const ENTRY_POINTS = '^src/(index|.*/(main|worker|entry))\\.tsx?$|\\.d\\.ts$';
const NOT_SHIPPED = ['\\.test\\.tsx?$', '/testing/'];
const GENERATED = '^src/.*/generated/';

const roomOrder = ROOMS.slice(0, -1).map((room, index) => ({
  name: `room-order-${room}`,
  severity: 'error',
  comment: `${room}/ stands below what it imports here: move the code down, or pass the later thing in as an argument.`,
  from: { path: folders([room]), pathNot: NOT_SHIPPED },
  to: { path: folders(ROOMS.slice(index + 1)) },
}));

module.exports = {
  forbidden: [
    ...roomOrder,
    {
      name: 'known-rooms-only',
      severity: 'error',
      comment: 'A new room needs its place in ROOMS above.',
      from: { path: '^src/[^/]+/', pathNot: folders(ROOMS) },
      to: {},
    },
    {
      name: 'rooms-do-not-import-the-front-door',
      severity: 'error',
      comment: 'src/index.ts re-exports the rooms for users; a room imports its neighbours directly.',
      from: { path: folders(ROOMS), pathNot: NOT_SHIPPED },
      to: { path: '^src/[^/]+\\.tsx?$' },
    },
    {
      name: 'onnxruntime-only-in-runtime',
      severity: 'error',
      comment: 'Everything else runs graphs through runtime/, so that the browser and other runtimes stay possible.',
      from: { path: '^src/', pathNot: ['^src/runtime/', ...NOT_SHIPPED] },
      to: { path: '^onnxruntime-|node_modules/onnxruntime-' },
    },
    {
      name: 'no-node-in-portable-rooms',
      severity: 'error',
      comment: 'These rooms run in a browser too: no node: imports.',
      from: { path: folders(PORTABLE), pathNot: [GENERATED, ...NOT_SHIPPED] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Files that import each other cannot be understood one at a time.',
      from: { pathNot: GENERATED },
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'Nothing imports this file and it imports nothing: use it or delete it.',
      from: { orphan: true, path: '^src/', pathNot: [ENTRY_POINTS, GENERATED, ...NOT_SHIPPED] },
      to: {},
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      comment: 'Shipped code must not import tests, their helpers, or anything outside src/.',
      from: { path: '^src/', pathNot: NOT_SHIPPED },
      to: { path: ['\\.test\\.tsx?$', '/testing/', '^(test|bench|scripts)/'] },
    },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      comment:
        'Shipped code may only import dependencies; onnxruntime-node is a development dependency because the tarball carries its own copy.',
      from: { path: '^src/', pathNot: NOT_SHIPPED },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: 'node_modules/(onnxruntime-node|@types)/' },
    },
    {
      name: 'not-resolvable',
      severity: 'error',
      comment: 'This import leads nowhere. (`sarif` is a package of types alone, @types/sarif.)',
      from: {},
      to: { couldNotResolve: true, pathNot: '^sarif$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|vendor|models)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'require', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
    skipAnalysisNotInRules: true,
  },
};
