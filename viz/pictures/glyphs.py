#!/usr/bin/env python3
"""Draws glyphs.pgm, the letters of sheets and charts: glyphs.py FONT.ttf OUTPUT.pgm

FONT is DejaVuSans.ttf (free to use and to change; Bitstream Inc. and the DejaVu authors). A cell of 20x24
pixels for each character of text.cpp's `ranges`, 16 in a row: its first row of pixels is white for as long
as the character is wide, and in the 23 below stands the character, white on black, upon row 18, a pixel from
the left.

Needs Pillow.
"""
import sys

from PIL import Image, ImageDraw, ImageFont

RANGES = [(0x20, 0x7e), (0xa0, 0xff), (0x391, 0x3c9)]
WIDTH, HEIGHT, BASELINE, COLUMNS = 20, 24, 18, 16

font = ImageFont.truetype(sys.argv[1], 17)
characters = [chr(code) for first, last in RANGES for code in range(first, last + 1)]
rows = -(-len(characters) // COLUMNS)
sheet = Image.new("L", (WIDTH * COLUMNS, HEIGHT * rows))
for i, character in enumerate(characters):
    cell = Image.new("L", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(cell)
    draw.text((1, BASELINE), character, font=font, fill=255, anchor="ls")
    draw.rectangle((0, 0, WIDTH, 0), fill=0)
    draw.line((0, 0, round(font.getlength(character)) - 1, 0), fill=255)
    sheet.paste(cell, (i % COLUMNS * WIDTH, i // COLUMNS * HEIGHT))
sheet.save(sys.argv[2])
