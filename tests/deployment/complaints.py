"""Complaints about a file: all of them are printed, and any of them is a failure."""

import sys


class Complaints:
    def __init__(self, file):
        self.file, self.found, self.looked_at = file, [], 0

    def unless(self, holds, text):
        self.looked_at += 1
        if not holds:
            self.found.append(text)

    def end(self):
        for text in self.found:
            print(f"{self.file}: {text}")
        print(f"{self.file}: {self.looked_at} things looked at, {len(self.found)} wrong")
        if self.looked_at == 0:
            print(f"{self.file}: nothing was looked at; the check does not see what it is for")
        sys.exit(1 if self.found or self.looked_at == 0 else 0)
