// Loaded when it is needed. The bundler finds the names of a CommonJS package only in imports that are not lazy.
export { Client, extractNotionId, isFullPage, iterateAllDataSourceRows } from '@notionhq/client';
