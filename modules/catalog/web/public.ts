import EnvironmentChoice from './EnvironmentChoice.vue';

/** Parts of the catalog that screens of other modules show. */
export { EnvironmentChoice };
