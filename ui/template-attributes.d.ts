import 'vue';

/**
 * The strict template check knows only declared props. These fall through to the root element of every part that we
 * use them on; anything else stays an error.
 */
declare module 'vue' {
  interface AllowedComponentProps {
    'aria-label'?: string | undefined;
    'aria-pressed'?: boolean | undefined;
    'aria-describedby'?: string | undefined;
    'aria-invalid'?: boolean | undefined;
    title?: string | undefined;
    inputmode?: 'none' | 'text' | 'numeric' | 'decimal' | 'email' | undefined;
    autocapitalize?: 'off' | 'none' | undefined;
    spellcheck?: boolean | 'true' | 'false' | undefined;
  }
}
