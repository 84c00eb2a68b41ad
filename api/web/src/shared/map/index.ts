/** Maps for the pages. What needs MapLibre itself is in `drawing.ts`: load it by `import()`, it is large. */
export * from "./catalogue";
export * from "./colours";
export { labelsOf, layersOf, paintsOf, shade } from "./looks";
export { STAGE_SIGNS, signOf } from "./stages";
export { INCIDENTS } from "./incidents";
export { type More, type Scene, type Shown, styleOf } from "./style";
