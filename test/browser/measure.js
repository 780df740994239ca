/*
 * Runs in every page before anything else: measures what the person gets to see. WCAG 2.2 defines luminance and contrast.
 */
globalThis.measure = (() => {
  const channels = (color) => {
    const [red, green, blue, alpha = 1] = color.match(/[\d.]+/g).map(Number);
    return { rgb: [red, green, blue], alpha };
  };

  /** The color that is really there: translucent ones lie on top of what is behind them. */
  function background(element) {
    if (element === null) return [255, 255, 255];
    const { rgb, alpha } = channels(getComputedStyle(element).backgroundColor);
    return alpha === 1 ? rgb : over(rgb, alpha, background(element.parentElement));
  }

  const over = (rgb, alpha, below) => rgb.map((value, index) => value * alpha + below[index] * (1 - alpha));

  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };

  function contrast(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  }

  function onBackground(color, element) {
    const below = background(element);
    const { rgb, alpha } = channels(color);
    return contrast(over(rgb, alpha, below), below);
  }

  const isVisible = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });

  const hasText = (element) =>
    element.tagName === 'INPUT'
      ? element.type !== 'hidden'
      : [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '');

  const overhang = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;

  return {
    /** Every text on the page with the contrast to what it stands on. */
    texts: () =>
      [...document.body.querySelectorAll('*')]
        .filter((element) => isVisible(element) && hasText(element))
        .map((element) => ({
          text: (element.textContent || element.id).trim().slice(0, 60),
          contrast: onBackground(getComputedStyle(element).color, element),
        })),
    /** Everything that can be operated: the contrast of its border or, where it is filled, its area to what is around it. */
    controls: () =>
      [...document.querySelectorAll('input:not([type=hidden]), button, .button, summary')]
        .filter(isVisible)
        .map((element) => {
          const style = getComputedStyle(element);
          const around = background(element.parentElement);
          const edge = contrast(
            channels(style.borderTopColor).alpha === 0 ? background(element) : channels(style.borderTopColor).rgb,
            around,
          );
          return {
            name: element.id || element.textContent,
            contrast: edge,
            // A finger may also land on the label around it.
            height: (element.closest('label') ?? element).getBoundingClientRect().height,
          };
        }),
    /** The ring around what has the focus. */
    focusRing: () => {
      const style = getComputedStyle(document.activeElement);
      return {
        width: style.outlineStyle === 'none' ? 0 : Number.parseFloat(style.outlineWidth),
        contrast: contrast(channels(style.outlineColor).rgb, background(document.activeElement.parentElement)),
      };
    },
    /** 0 for a black page, 1 for a white one. */
    brightness: () => luminance(background(document.body)),
    /** How far the page is wider than the window. */
    overhang,
    /** The same with text twice as large, as people set it in their browser. */
    enlargedOverhang: () => {
      const { style } = document.documentElement;
      style.fontSize = '200%';
      const found = overhang();
      style.fontSize = '';
      return found;
    },
    /** Whatever moves, or would. */
    moving: () =>
      [...document.querySelectorAll('*')]
        .filter((element) => {
          const { animationName, transitionDuration } = getComputedStyle(element);
          return animationName !== 'none' || transitionDuration !== '0s';
        })
        .map((element) => element.outerHTML.slice(0, 80)),
  };
})();
