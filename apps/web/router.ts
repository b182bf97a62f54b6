import { createRouter, createWebHistory, type Router } from 'vue-router';
import { webModules } from './modules.ts';

/** Screens of all modules; each is a chunk of its own. */
export const createLeadlineRouter = (): Router => {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', redirect: '/services' },
      ...webModules.flatMap((module) => module.routes),
      { path: '/:rest(.*)*', component: () => import('./shell/NotFoundScreen.vue') },
    ],
  });
  // After an update the server no longer has the old chunks: load the page anew, once, at the place where one wanted to go.
  router.onError((error: unknown, to) => {
    const isMissingChunk =
      error instanceof TypeError && /dynamically imported module|module script/i.test(error.message);
    if (isMissingChunk && !sessionStorage.getItem('leadline-reloaded')) {
      sessionStorage.setItem('leadline-reloaded', '1');
      window.location.assign(to.fullPath);
    }
  });
  router.afterEach((to, _from, failure) => {
    if (!failure && to.matched.length > 0) sessionStorage.removeItem('leadline-reloaded');
  });
  return router;
};
