// Loaded lazily. The bundler finds the names of a CommonJS package only in static imports.
export { Client, extractNotionId, isFullPage, iterateAllDataSourceRows } from '@notionhq/client';
