throw new Error("boom\nin two lines");
