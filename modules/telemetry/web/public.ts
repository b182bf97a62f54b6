import SignalsAround from './SignalsAround.vue';

/** Parts of telemetry that screens of other modules show. */
export { SignalsAround };
