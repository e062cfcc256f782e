import manifest from '../../package.json' with { type: 'json' };

/** Version of this program; used in messages only. */
export const version: string = manifest.version;

/** Incremented with every incompatible change; programs of different protocols refuse each other. */
export const protocolVersion = 2;
