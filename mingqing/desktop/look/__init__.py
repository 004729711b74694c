"""How everything looks: colours, sizes, the style sheet, icons. Nothing else holds a colour."""
