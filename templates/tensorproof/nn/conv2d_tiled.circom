pragma circom 2.1.0;

// Returns the i-th point where polynomials are evaluated: 0, 1, -1, 2, -2, ...
function toomCookPoint(i) {
    return i % 2 == 1 ? (i + 1) \ 2 : -(i \ 2);
}

// Returns the matrix that evaluates a polynomial of r coefficients at n - 1 points and at infinity, in its upper left.
function toomCookEvaluation(n, r) {
    var rows[16][16];
    for (var i = 0; i < n; i++) {
        var power = 1;
        for (var k = 0; k < r; k++) {
            rows[i][k] = i < n - 1 ? power : (k == r - 1 ? 1 : 0);
            power *= toomCookPoint(i);
        }
    }
    return rows;
}

// Returns the transposed inverse of toomCookEvaluation(n, n): row i has the coefficients of the polynomial that is one at
// the i-th point and zero at the others; the last one those of the polynomial that is zero at all points.
function toomCookInterpolation(n) {
    var rows[16][16];
    for (var i = 0; i < n; i++) {
        for (var k = 0; k < n; k++) {
            rows[i][k] = k == 0 ? 1 : 0;
        }
        for (var j = 0; j < n - 1; j++) {
            if (j != i) {
                // Times (x - b) / (a - b), or times x - b for the last row.
                var b = toomCookPoint(j);
                var scale = i < n - 1 ? 1 / (toomCookPoint(i) - b) : 1;
                for (var k = n - 1; k >= 0; k--) {
                    rows[i][k] = ((k > 0 ? rows[i][k - 1] : 0) - b * rows[i][k]) * scale;
                }
            }
        }
    }
    return rows;
}

// Two-dimensional convolution with parameters as signals, by tiles of the output: the products of a tile are those of
// polynomials, which are multiplied at points. Where several filters see several tiles, channels go in pairs.
//
//   out[f][y][x] = bias[f] + sum over c, i, j of weights[f][c][i][j] * in[first(f) + c][y + i - padTop][x + j - padLeft]
//
// where first(f) is the first channel of the filter's group, and values outside the input are zero.
//
// Parameters
//   channels, height, width          shape of the input
//   filters                          a multiple of groups
//   kernelHeight, kernelWidth        shape of the kernel
//   padTop, padLeft, padBottom, padRight    zeros around the input
//   groups                           divides channels and filters
//   tileHeight, tileWidth            shape of a tile, at least 1; a tile and a kernel at most 17 together
// Inputs
//   in[channels][height][width]
//   weights[filters][channels / groups][kernelHeight][kernelWidth]
//   bias[filters]
// Outputs
//   out[filters][outHeight][outWidth]
// Requires
//   Nothing; the sums are exact modulo p, for any values. Who reads them as integers checks their range.
// Constraints
//   with n = tileHeight + kernelHeight - 1, m = tileWidth + kernelWidth - 1, t tiles, depth = channels / groups, and
//   pairs = depth \ 2 where t * filters / groups > t + filters / groups, else 0: at most
//   ((depth - pairs) * filters * t + pairs * (filters + groups * t)) * n * m quadratic and
//   channels * t * n * m + filters * depth * n * m + filters * outHeight * outWidth linear
// Source
//   ONNX operator Conv. Toom 1963, Cook 1966; as F(m, r) of Winograd 1980 in Lavin and Gray 2015 (arXiv:1509.09308):
//   out = A^T ((G w G^T) * (B^T in B)) A, with A and G evaluations and B the transposed interpolation. Pairs: Winograd
//   1968 (IEEE ToC C-17.7), k0 * t0 + k1 * t1 = (k0 + t1) * (k1 + t0) - k0 * k1 - t0 * t1.
template Conv2DTiled(
    channels, height, width, filters, kernelHeight, kernelWidth, padTop, padLeft, padBottom, padRight, groups,
    tileHeight, tileWidth
) {
    assert(1 <= groups && channels % groups == 0 && filters % groups == 0);
    assert(1 <= tileHeight && 1 <= tileWidth);
    assert(tileHeight + kernelHeight <= 17 && tileWidth + kernelWidth <= 17);
    var outHeight = height + padTop + padBottom - kernelHeight + 1;
    var outWidth = width + padLeft + padRight - kernelWidth + 1;
    var depth = channels \ groups;
    var rows = (outHeight + tileHeight - 1) \ tileHeight;
    var columns = (outWidth + tileWidth - 1) \ tileWidth;
    var n = tileHeight + kernelHeight - 1;
    var m = tileWidth + kernelWidth - 1;
    // k0 * k1 is the same for all tiles, t0 * t1 for all filters.
    var share = filters \ groups;
    var pairs = rows * columns * share > rows * columns + share ? depth \ 2 : 0;
    var down[16][16] = toomCookInterpolation(n);
    var across[16][16] = toomCookInterpolation(m);
    var kernelDown[16][16] = toomCookEvaluation(n, kernelHeight);
    var kernelAcross[16][16] = toomCookEvaluation(m, kernelWidth);
    var tileDown[16][16] = toomCookEvaluation(n, tileHeight);
    var tileAcross[16][16] = toomCookEvaluation(m, tileWidth);

    signal input in[channels][height][width];
    signal input weights[filters][depth][kernelHeight][kernelWidth];
    signal input bias[filters];
    signal output out[filters][outHeight][outWidth];

    signal kernelAt[filters][depth][n][m];
    for (var f = 0; f < filters; f++) {
        for (var c = 0; c < depth; c++) {
            for (var a = 0; a < n; a++) {
                for (var b = 0; b < m; b++) {
                    var sum = 0;
                    for (var i = 0; i < kernelHeight; i++) {
                        for (var j = 0; j < kernelWidth; j++) {
                            sum += kernelDown[a][i] * kernelAcross[b][j] * weights[f][c][i][j];
                        }
                    }
                    kernelAt[f][c][a][b] <== sum;
                }
            }
        }
    }

    // isEmpty tells that a place of a tile sees nothing but zeros around the input.
    signal tileAt[channels][rows][columns][n][m];
    var isEmpty[rows][columns][n][m];
    for (var c = 0; c < channels; c++) {
        for (var y = 0; y < rows; y++) {
            for (var x = 0; x < columns; x++) {
                for (var a = 0; a < n; a++) {
                    for (var b = 0; b < m; b++) {
                        var sum = 0;
                        isEmpty[y][x][a][b] = 1;
                        for (var i = 0; i < n; i++) {
                            for (var j = 0; j < m; j++) {
                                var row = y * tileHeight + i - padTop;
                                var column = x * tileWidth + j - padLeft;
                                if (0 <= row && row < height && 0 <= column && column < width) {
                                    var factor = down[a][i] * across[b][j];
                                    sum += factor * in[c][row][column];
                                    isEmpty[y][x][a][b] = factor == 0 ? isEmpty[y][x][a][b] : 0;
                                }
                            }
                        }
                        tileAt[c][y][x][a][b] <== sum;
                    }
                }
            }
        }
    }

    // What pairs of kernels and pairs of tiles add that is not wanted: the products of the first p pairs.
    signal kernelPairs[filters][n][m][pairs + 1];
    signal tilePairs[groups][rows][columns][n][m][pairs + 1];
    for (var a = 0; a < n; a++) {
        for (var b = 0; b < m; b++) {
            for (var f = 0; f < filters; f++) {
                kernelPairs[f][a][b][0] <== 0;
                for (var p = 0; p < pairs; p++) {
                    kernelPairs[f][a][b][p + 1] <==
                        kernelAt[f][2 * p][a][b] * kernelAt[f][2 * p + 1][a][b] + kernelPairs[f][a][b][p];
                }
            }
            for (var g = 0; g < groups; g++) {
                for (var y = 0; y < rows; y++) {
                    for (var x = 0; x < columns; x++) {
                        tilePairs[g][y][x][a][b][0] <== 0;
                        for (var p = 0; p < pairs; p++) {
                            if (isEmpty[y][x][a][b]) {
                                tilePairs[g][y][x][a][b][p + 1] <== 0;
                            } else {
                                var c = g * depth + 2 * p;
                                tilePairs[g][y][x][a][b][p + 1] <==
                                    tileAt[c][y][x][a][b] * tileAt[c + 1][y][x][a][b] + tilePairs[g][y][x][a][b][p];
                            }
                        }
                    }
                }
            }
        }
    }

    // sum[f][y][x][a][b][s] holds the first s + 1 products: those of pairs, then those of single channels.
    signal sum[filters][rows][columns][n][m][depth - pairs];
    for (var f = 0; f < filters; f++) {
        var g = f \ share;
        for (var y = 0; y < rows; y++) {
            for (var x = 0; x < columns; x++) {
                for (var a = 0; a < n; a++) {
                    for (var b = 0; b < m; b++) {
                        for (var s = 0; s < depth - pairs; s++) {
                            var before = -kernelPairs[f][a][b][pairs] - tilePairs[g][y][x][a][b][pairs];
                            if (s > 0) {
                                before = sum[f][y][x][a][b][s - 1];
                            }
                            if (isEmpty[y][x][a][b]) {
                                sum[f][y][x][a][b][s] <== 0;
                            } else if (s < pairs) {
                                var c = g * depth + 2 * s;
                                sum[f][y][x][a][b][s] <==
                                    (kernelAt[f][2 * s][a][b] + tileAt[c + 1][y][x][a][b])
                                    * (kernelAt[f][2 * s + 1][a][b] + tileAt[c][y][x][a][b]) + before;
                            } else {
                                var c = s + pairs;
                                sum[f][y][x][a][b][s] <==
                                    kernelAt[f][c][a][b] * tileAt[g * depth + c][y][x][a][b] + before;
                            }
                        }
                    }
                }
                for (var i = 0; i < tileHeight && y * tileHeight + i < outHeight; i++) {
                    for (var j = 0; j < tileWidth && x * tileWidth + j < outWidth; j++) {
                        var value = bias[f];
                        for (var a = 0; a < n; a++) {
                            for (var b = 0; b < m; b++) {
                                value += tileDown[a][i] * tileAcross[b][j] * sum[f][y][x][a][b][depth - pairs - 1];
                            }
                        }
                        out[f][y * tileHeight + i][x * tileWidth + j] <== value;
                    }
                }
            }
        }
    }
}
