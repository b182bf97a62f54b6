import ChangesBefore from './ChangesBefore.vue';

/** Parts of changes that screens of other modules show. */
export { ChangesBefore };
