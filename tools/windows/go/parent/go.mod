module imagecred.dev/windows-parent

go 1.26
