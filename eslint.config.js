import vue from 'eslint-plugin-vue';
import typescript from 'typescript-eslint';

// oxlint reads TypeScript; this reads what it cannot: the templates of the Vue parts.
const nodeNames = ['process', 'Buffer', 'global', '__dirname', '__filename', 'require', 'setImmediate'];

export default [
  { ignores: ['**/dist/**', '**/.cache/**', '**/planted/**', '**/*.ts', '**/*.js', '**/*.gen.*'] },
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: typescript.parser, sourceType: 'module' } },
    rules: {
      'no-restricted-globals': ['error', ...nodeNames],
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/component-name-in-template-casing': [
        'error',
        'PascalCase',
        { registeredComponentsOnly: false, ignores: ['component', 'slot'] },
      ],
      'vue/define-props-declaration': ['error', 'type-based'],
      'vue/define-emits-declaration': ['error', 'type-based'],
      'vue/html-button-has-type': 'error',
      'vue/no-restricted-html-elements': [
        'error',
        { element: ['marquee', 'font'], message: 'Use a token of ui/tokens.css.' },
      ],
      'vue/no-undef-components': [
        'error',
        {
          ignorePatterns: [
            '^U[A-Z]',
            '^Router(Link|View)$',
            '^(Transition|TransitionGroup|KeepAlive|Teleport|Suspense)$',
          ],
        },
      ],
      'vue/no-undef-properties': ['error', { ignores: ['/^[A-Z]/'] }],
      'vue/no-unused-refs': 'error',
      'vue/no-v-html': 'error',
      'vue/no-v-text-v-html-on-component': 'error',
      'vue/no-template-target-blank': 'error',
      'vue/prefer-true-attribute-shorthand': 'error',
      // Layout is the formatter's.
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/html-closing-bracket-spacing': 'off',
      // An absent optional property is undefined: that is what its type says.
      'vue/require-default-prop': 'off',
      'vue/multi-word-component-names': 'off',
      'vue/attributes-order': 'off',
    },
  },
];
