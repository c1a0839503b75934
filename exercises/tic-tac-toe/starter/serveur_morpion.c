/* Projet : un serveur de morpion. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_LIGNE 64              /* la plus longue ligne, son '\n' compris */
#define NB_CASES 9

int main(void)
{
    char grille[NB_CASES + 1] = "........."; /* 'X' le client, 'O' le serveur, '.' libre */
    printf("Port %d, lignes d'au plus %d octets, grille %s\n", PORT, LG_LIGNE, grille);

    /* Étape 1 : sans réseau, une fonction qui joue le coup du client puis celui du serveur (la première case libre), et
       qui donne la réponse : COUP, GAGNE, PERDU, NUL, ILLEGAL ou TERMINE. */

    /* Étape 2 : une fonction qui donne la prochaine ligne du client. Ce que recv() a apporté de trop reste dans un tampon
       pour l'appel suivant ; s'il n'y a pas encore de '\n', on appelle recv() à nouveau. */

    /* Étape 3 : une fonction qui répond à une ligne : JOUER, GRILLE, NOUVELLE, ou INCONNU. */

    /* Étape 4 : le serveur (socket, SO_REUSEADDR, bind, listen, accept) : un client après l'autre, sans fin. */

    /* Étape 5 : un client qui part, qui coupe, qui n'attend pas : SIGPIPE, EINTR, envois partiels. */

    fprintf(stderr, "serveur_morpion : à compléter\n");
    return EXIT_FAILURE;
}
